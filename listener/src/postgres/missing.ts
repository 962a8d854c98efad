import type { ClientBase } from 'pg';

type Reader = Pick<ClientBase, 'query'>;

/** Private values of one transaction that are waited for. */
export interface Missing {
  readonly block: number;
  readonly index: number;
}

export async function insertMissing(
  client: ClientBase,
  block: number,
  indexes: readonly number[],
  collection: string,
): Promise<void> {
  if (indexes.length === 0) return;
  await client.query(
    `INSERT INTO projection.missing (block, index, collection, next_attempt_at)
     SELECT $1, index, $3, now() + interval '1 second' FROM unnest($2::integer[]) AS index`,
    [block, indexes, collection],
  );
}

/** Takes from the list what has come, or was purged meanwhile. */
export async function removeFound(client: ClientBase): Promise<void> {
  await client.query(
    `DELETE FROM projection.missing m WHERE NOT EXISTS (
       SELECT FROM projection.version v
        WHERE v.block = m.block AND v.index = m.index AND v.collection = m.collection
          AND v.value IS NULL AND v.value_hash IS NOT NULL)`,
  );
}

/** Transactions whose time has come, oldest first, of at most one block. */
export async function dueMissing(client: Reader): Promise<Missing[]> {
  const { rows } = await client.query<Missing>(
    `SELECT block, index FROM projection.missing
      WHERE next_attempt_at <= now()
        AND block = (SELECT block FROM projection.missing WHERE next_attempt_at <= now() ORDER BY next_attempt_at LIMIT 1)
      ORDER BY index`,
  );
  return rows;
}

/** In vain: the next attempts come after twice the time, up to an hour. */
export async function postpone(client: Reader, block: number): Promise<void> {
  await client.query(
    `UPDATE projection.missing
        SET attempts = attempts + 1,
            next_attempt_at = now() + least(interval '1 hour', interval '1 second' * 2 ^ least(attempts + 1, 12))
      WHERE block = $1 AND next_attempt_at <= now()`,
    [block],
  );
}
