import type pg from 'pg';

/** A record of the read model, and the transaction that wrote it last. */
export interface StoredRecord<Body = object> {
  readonly kind: string;
  readonly id: string;
  /** as the listener projected it */
  readonly body: Body;
  /** SHA-256 of the bytes on the ledger, hex */
  readonly hash: string;
  readonly block: number;
  readonly index: number;
  readonly txId: string;
}

interface Row<Body> {
  body: Body;
  hash: string;
  block: number;
  index: number;
  tx_id: string;
}

/** One record of table `projection.record`; its body has the form of `<Kind>Body` in openapi/. */
export async function readRecord<Body = object>(
  pool: pg.Pool,
  kind: string,
  id: string,
): Promise<StoredRecord<Body> | undefined> {
  const { rows } = await pool.query<Row<Body>>({
    name: 'record',
    text: `SELECT r.body, encode(r.hash, 'hex') AS hash, r.block, r.index, t.tx_id
             FROM projection.record r JOIN projection.transaction t USING (block, index)
            WHERE r.kind = $1 AND r.id = $2`,
    values: [kind, id],
  });
  const [row] = rows;
  return row && { kind, id, body: row.body, hash: row.hash, block: row.block, index: row.index, txId: row.tx_id };
}

/** As the API answers it. */
export const representation = ({ body, hash, block, txId }: StoredRecord): object => ({
  ...body,
  ledger: { hash, block, txId },
});

/** Changes with the stored bytes, and with an act that changes what they mean. */
export const entityTag = ({ hash, block, index }: StoredRecord): string => `"${hash}-${block}-${index}"`;
