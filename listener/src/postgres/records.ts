import { sha256 } from '@reciprocal-clubs/network/identity/sign.js';
import type { ClientBase } from 'pg';
import type { Replayed } from '../projection/replay.js';

/** Writes records as they are now, and takes away those that are none any more. */
export async function writeRecords(client: ClientBase, replayed: readonly Replayed[]): Promise<void> {
  const gone = replayed.filter(({ record }) => !record);
  if (gone.length > 0) {
    await client.query(
      `DELETE FROM projection.record r USING unnest($1::text[], $2::text[]) AS gone (kind, id)
        WHERE r.kind = gone.kind AND r.id = gone.id`,
      [gone.map(({ kind }) => kind), gone.map(({ id }) => id)],
    );
  }
  const rows = replayed.flatMap(({ kind, id, record }) => (record ? [{ kind, id, ...record }] : []));
  if (rows.length === 0) return;
  await client.query({
    name: 'write-records',
    text: `INSERT INTO projection.record (kind, id, body, tags, hash, block, index, created_block, created_index)
     SELECT * FROM unnest($1::text[], $2::text[], $3::json[], $4::jsonb[], $5::bytea[], $6::bigint[], $7::integer[], $8::bigint[], $9::integer[])
         ON CONFLICT (kind, id) DO UPDATE
        SET body = excluded.body, tags = excluded.tags, hash = excluded.hash, block = excluded.block, index = excluded.index,
            created_block = excluded.created_block, created_index = excluded.created_index`,
    values: [
      rows.map(({ kind }) => kind),
      rows.map(({ id }) => id),
      rows.map(({ body }) => JSON.stringify(body)),
      rows.map(({ tags }) => JSON.stringify(tags)),
      rows.map(({ hash }) => hash),
      rows.map(({ last }) => last.block),
      rows.map(({ last }) => last.index),
      rows.map(({ created }) => created.block),
      rows.map(({ created }) => created.index),
    ],
  });
}

/** Which of these records there are. @returns `kind/id` of each */
export async function presentRecords(
  client: ClientBase,
  records: readonly { kind: string; id: string }[],
): Promise<Set<string>> {
  const { rows } = await client.query<{ kind: string; id: string }>(
    `SELECT r.kind, r.id FROM projection.record r JOIN unnest($1::text[], $2::text[]) AS asked (kind, id) USING (kind, id)`,
    [records.map(({ kind }) => kind), records.map(({ id }) => id)],
  );
  return new Set(rows.map(({ kind, id }) => `${kind}/${id}`));
}

export async function expectActs(client: ClientBase, replayed: readonly Replayed[]): Promise<void> {
  const rows = replayed.flatMap(({ kind, id, expects }) => expects.map((expected) => ({ kind, id, ...expected })));
  if (rows.length === 0) return;
  await client.query({
    name: 'expect-acts',
    text: `INSERT INTO projection.expected_act (collection, key_hash, key, record_kind, record_id)
     SELECT * FROM unnest($1::text[], $2::bytea[], $3::text[], $4::text[], $5::text[])
         ON CONFLICT DO NOTHING`,
    values: [
      rows.map(({ collection }) => collection),
      rows.map(({ key }) => sha256(Buffer.from(key))),
      rows.map(({ key }) => key),
      rows.map(({ kind }) => kind),
      rows.map(({ id }) => id),
    ],
  });
}

/** The organisation of each club of the registry. The body is not asked: Postgres cannot look into json that holds U+0000. */
export async function readClubs(client: ClientBase): Promise<Map<string, string>> {
  const { rows } = await client.query<{ id: string; msp: string }>(
    `SELECT id, tags ->> 'mspId' AS msp FROM projection.record WHERE kind = 'club' ORDER BY id`,
  );
  return new Map(rows.map(({ id, msp }) => [id, msp]));
}
