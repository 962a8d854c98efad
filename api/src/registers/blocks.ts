import type { Schemas } from '@reciprocal-clubs/openapi/types';
import type pg from 'pg';
import type { PageRequest } from './page.js';

type BlockView = Schemas['BlockView'];

interface Row {
  number: number;
  hash: string;
  previous_hash: string;
  data_hash: string;
  time_ms: number | null;
  transactions: number;
}

const columns = `b.number, encode(b.hash, 'hex') AS hash, encode(b.previous_hash, 'hex') AS previous_hash,
  encode(b.data_hash, 'hex') AS data_hash, t.time_ms, t.transactions`;

const counted = `LATERAL (SELECT max(time_ms) AS time_ms, count(*)::int AS transactions
  FROM projection.transaction WHERE block = b.number) t`;

/** A page of `projection.block`, newest first. */
export async function readBlocks(
  pool: pg.Pool,
  { after: [before] = [], rows }: PageRequest,
): Promise<{ item: BlockView; position: number[] }[]> {
  const result = await pool.query<Row>(
    `SELECT ${columns} FROM projection.block b, ${counted}
      WHERE b.number < $1 ORDER BY b.number DESC LIMIT $2`,
    [before ?? Number.MAX_SAFE_INTEGER, rows],
  );
  return result.rows.map((row) => ({ item: viewOf(row), position: [row.number] }));
}

export async function readBlock(pool: pg.Pool, number: number): Promise<BlockView | undefined> {
  const { rows } = await pool.query<Row>(`SELECT ${columns} FROM projection.block b, ${counted} WHERE b.number = $1`, [
    number,
  ]);
  return rows[0] && viewOf(rows[0]);
}

/** common.Block as the peer gave it. */
export async function readBlockBytes(pool: pg.Pool, number: number): Promise<Buffer | undefined> {
  const { rows } = await pool.query<{ bytes: Buffer }>('SELECT bytes FROM projection.block WHERE number = $1', [
    number,
  ]);
  return rows[0]?.bytes;
}

const viewOf = (row: Row): BlockView => ({
  number: row.number,
  hash: row.hash,
  previousHash: row.previous_hash === '' ? null : row.previous_hash,
  dataHash: row.data_hash,
  timeMs: row.time_ms,
  transactions: row.transactions,
});
