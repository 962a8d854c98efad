import type { ClientBase } from 'pg';
import type { BlockContents } from '../blocks/blockContents.js';

/**
 * Writes into the attempts of the club's own operations what became of them, and tells who waits. The first verdict stays: a second
 * envelope of one id is a duplicate. A stranger's envelope that only bears the id is none.
 */
export async function writeVerdicts(client: ClientBase, { number, transactions }: BlockContents): Promise<void> {
  const first = new Map<string, { index: number; code: number }>();
  for (const [index, { txId, code, isProven }] of transactions.entries()) {
    if (isProven && !first.has(txId)) first.set(txId, { index, code });
  }
  if (first.size === 0) return;
  await client.query(
    `WITH verdict AS (
       UPDATE records.attempt a SET block = $1, index = t.index, code = t.code
         FROM unnest($2::text[], $3::integer[], $4::integer[]) AS t (tx_id, index, code)
        WHERE a.tx_id = t.tx_id AND a.block IS NULL
       RETURNING a.operation)
     SELECT pg_notify('operation', operation) FROM verdict`,
    [
      number,
      [...first.keys()],
      [...first.values()].map(({ index }) => index),
      [...first.values()].map(({ code }) => code),
    ],
  );
}
