import type { ClientBase } from 'pg';
import type { Quarantined } from '../blocks/blockContents.js';
import { storableText } from '../blocks/storableText.js';

/** Sets transactions aside. @returns those that were not yet, with their first reason */
export async function quarantine(client: ClientBase, found: readonly Quarantined[]): Promise<Quarantined[]> {
  if (found.length === 0) return [];
  const { rows } = await client.query<Quarantined>(
    `INSERT INTO projection.quarantine (block, index, reason)
     SELECT * FROM unnest($1::bigint[], $2::integer[], $3::text[])
         ON CONFLICT DO NOTHING RETURNING block, index, reason`,
    [found.map(({ block }) => block), found.map(({ index }) => index), found.map(({ reason }) => storableText(reason))],
  );
  return rows;
}
