import { createHash } from 'node:crypto';
import type pg from 'pg';

/** A transaction as the listener keeps it. */
export interface TransactionRow {
  readonly code?: number;
  readonly type?: number;
  readonly creator?: string;
  readonly name?: string;
  readonly txId?: string;
}

export const timeMs = 1_790_000_000_000;
const valid = 0;
const endorserTransaction = 3;

export const txIdAt = (block: number, index = 0): string =>
  createHash('sha256').update(`tx ${block} ${index}`).digest('hex');

const hashAt = (what: string, number: number): Buffer => createHash('sha256').update(`${what} ${number}`).digest();

/** Adds a block as the listener does. */
export async function addBlock(
  pool: pg.Pool,
  number: number,
  transactions: readonly TransactionRow[] = [{}],
): Promise<void> {
  await pool.query(
    'INSERT INTO projection.block (number, hash, previous_hash, data_hash, bytes) VALUES ($1, $2, $3, $4, $5)',
    [
      number,
      hashAt('block', number),
      number === 0 ? Buffer.alloc(0) : hashAt('block', number - 1),
      hashAt('data', number),
      Buffer.from(`bytes of block ${number}`),
    ],
  );
  for (const [
    index,
    { code = valid, type = endorserTransaction, creator = 'HarbourMSP', name, txId },
  ] of transactions.entries()) {
    await pool.query(
      `INSERT INTO projection.transaction (block, index, tx_id, type, code, creator_msp, time_ms, chaincode, name, endorsers)
       VALUES ($1, $2, $3, $4, $5, $6, $7, 'clubs', $8, '{HarbourMSP,StJuliansMSP}')`,
      [number, index, txId ?? txIdAt(number, index), type, code, creator, timeMs + number, name ?? 'sealed:submit'],
    );
  }
}

/** Adds a record of the read model, written by the first transaction of a block. */
export async function addRecord(
  pool: pg.Pool,
  { kind, id, body, tags = {}, block }: { kind: string; id: string; body: object; tags?: object; block: number },
): Promise<void> {
  await pool.query(
    `INSERT INTO projection.record (kind, id, body, tags, hash, block, index, created_block, created_index)
     VALUES ($1, $2, $3, $4, $5, $6, 0, $6, 0)`,
    [kind, id, JSON.stringify(body), JSON.stringify(tags), hashAt(`${kind}/${id}`, block), block],
  );
}
