import { common, peer } from '@hyperledger/fabric-protos';
import type { Schemas } from '@reciprocal-clubs/openapi/types';
import type pg from 'pg';
import type { PageRequest } from './page.js';

type TransactionView = Schemas['TransactionView'];

interface Row {
  block: number;
  index: number;
  tx_id: string;
  type: number;
  code: number;
  creator_msp: string;
  time_ms: number | null;
  chaincode: string | null;
  name: string | null;
  endorsers: string[];
}

const columns = 'block, index, tx_id, type, code, creator_msp, time_ms, chaincode, name, endorsers';
const afterLast = [Number.MAX_SAFE_INTEGER, 0] as const;

/** A page of `projection.transaction`, newest first, of every verdict. A code that Fabric does not have is of no transaction. */
export async function readTransactions(
  pool: pg.Pool,
  { after = afterLast, rows, filters: { code, club, block } }: PageRequest,
): Promise<{ item: TransactionView; position: number[] }[]> {
  const number = typeof code === 'string' ? (codeNumbers.get(code) ?? unheardOf) : null;
  const result = await pool.query<Row>(
    `SELECT ${columns} FROM projection.transaction
      WHERE (block, index) < ($1, $2)
        AND ($3::int IS NULL OR code = $3)
        AND ($4::bigint IS NULL OR block = $4)
        AND ($5::text IS NULL OR creator_msp =
              (SELECT tags->>'mspId' FROM projection.record WHERE kind = 'club' AND id = $5))
      ORDER BY block DESC, index DESC LIMIT $6`,
    [after[0], after[1], number, block ?? null, club ?? null, rows],
  );
  return result.rows.map((row) => ({ item: viewOf(row), position: [row.block, row.index] }));
}

/** Of an id that came twice the first: the second is invalid for that alone. */
export async function readTransaction(pool: pg.Pool, txId: string): Promise<TransactionView | undefined> {
  const { rows } = await pool.query<Row>(
    `SELECT ${columns} FROM projection.transaction WHERE tx_id = $1 ORDER BY block, index LIMIT 1`,
    [txId],
  );
  return rows[0] && viewOf(rows[0]);
}

const byNumber = (names: object): ReadonlyMap<number, string> =>
  new Map(Object.entries(names).map(([name, number]: [string, number]) => [number, name]));

const codeNames = byNumber(peer.TxValidationCode);
const codeNumbers: ReadonlyMap<string, number> = new Map(Object.entries(peer.TxValidationCode));
const typeNames = byNumber(common.HeaderType);
const unheardOf = -1;

/** Name of a `peer.TxValidationCode`. */
export const codeName = (code: number): string => codeNames.get(code) ?? `CODE_${code}`;

const viewOf = (row: Row): TransactionView => ({
  txId: row.tx_id === '' ? null : row.tx_id,
  block: row.block,
  index: row.index,
  type: typeNames.get(row.type) ?? `TYPE_${row.type}`,
  code: codeName(row.code),
  validationCode: row.code,
  creator: row.creator_msp,
  endorsers: row.endorsers,
  chaincode: row.chaincode,
  name: row.name,
  timeMs: row.time_ms,
});
