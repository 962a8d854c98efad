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

export interface RecordsRequest {
  readonly kind: string;
  /** that the records have */
  readonly tags: Readonly<Record<string, unknown>>;
  /** the first and the last, of kinds that have such a tag */
  readonly businessDates: readonly [string, string];
  /** older than what was created here, or at the same place with a lower id */
  readonly before: readonly [block: number, index: number, id: string];
  readonly rows: number;
}

export interface CreatedRecord extends StoredRecord {
  readonly createdBlock: number;
  readonly createdIndex: number;
}

/** Records of one kind, the newest first. */
export async function readRecords(pool: pg.Pool, request: RecordsRequest): Promise<CreatedRecord[]> {
  const { kind, tags, businessDates, before, rows: most } = request;
  const { rows } = await pool.query<Row<object> & { id: string; created_block: number; created_index: number }>(
    `SELECT r.id, r.body, encode(r.hash, 'hex') AS hash, r.block, r.index, t.tx_id, r.created_block, r.created_index
       FROM projection.record r JOIN projection.transaction t USING (block, index)
      WHERE r.kind = $1 AND r.tags @> $2
        AND coalesce(r.tags->>'businessDate', $3) BETWEEN $3 AND $4
        AND (r.created_block, r.created_index, r.id) < ($5, $6, $7)
      ORDER BY r.created_block DESC, r.created_index DESC, r.id DESC LIMIT $8`,
    [kind, JSON.stringify(tags), ...businessDates, ...before, most],
  );
  return rows.map((row) => ({
    ...{ kind, id: row.id, body: row.body, hash: row.hash, block: row.block, index: row.index, txId: row.tx_id },
    ...{ createdBlock: row.created_block, createdIndex: row.created_index },
  }));
}

/** As the API answers it. */
export const representation = ({ body, hash, block, txId }: StoredRecord): object => ({
  ...body,
  ledger: { hash, block, txId },
});

/** Changes with the stored bytes, and with an act that changes what they mean. */
export const entityTag = ({ hash, block, index }: StoredRecord): string => `"${hash}-${block}-${index}"`;
