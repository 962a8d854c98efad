import type { ClientBase } from 'pg';
import { sha256 } from '@reciprocal-clubs/network/identity/sign.js';
import type { KeyWrite } from '../blocks/writes.js';
import type { Step, VersionSeen } from '../projection/history.js';

/**
 * Keys behind writes of which only the hash is known: acts of others that are expected, and halves of records that this club has.
 *
 * @param own the club's collection
 */
export async function keysBehind(
  client: ClientBase,
  writes: readonly Pick<KeyWrite, 'collection' | 'keyHash'>[],
  own: string,
): Promise<string[]> {
  if (writes.length === 0) return [];
  const { rows } = await client.query<{ key: string }>(
    `SELECT e.key FROM projection.expected_act e
       JOIN unnest($1::text[], $2::bytea[]) AS written (collection, key_hash) USING (collection, key_hash)
      UNION
     SELECT v.key FROM projection.version v
      WHERE v.collection = $3 AND v.key_hash = ANY ($2) AND v.key IS NOT NULL`,
    [writes.map(({ collection }) => collection), writes.map(({ keyHash }) => keyHash), own],
  );
  return rows.map(({ key }) => key);
}

interface Row {
  collection: string;
  key_hash: Buffer;
  block: number;
  index: number;
  n: number;
  value: Buffer | null;
  value_hash: Buffer | null;
  tx_id: string;
  time_ms: number | null;
}

/** Which versions of a key are asked for. */
export interface Wanted {
  readonly collection: string;
  readonly key: string;
  /** Versions from this block on; of those before it the last one, or all. */
  readonly since: number;
  readonly all: boolean;
}

/** Longer than any record of ours: nobody makes us hold more in memory for each version that is written. */
const mostBytes = 2 ** 20;

/** Versions in ledger order. A value that is longer than any record reads as one that is not known. */
export async function readHistories(client: ClientBase, wanted: readonly Wanted[]): Promise<VersionAt[]> {
  const names = new Map(wanted.map(({ key }) => [sha256(Buffer.from(key)).toString('hex'), key]));
  const { rows } = await client.query<Row>({
    name: 'histories',
    text: `SELECT v.collection, v.key_hash, v.block, v.index, v.value_hash, t.tx_id, t.time_ms,
            CASE WHEN length(v.value) <= $5 THEN v.value END AS value,
            (SELECT count(*) FROM projection.version other
              WHERE other.block = v.block AND other.index = v.index
                AND (other.collection COLLATE "C", other.key_hash) < (v.collection COLLATE "C", v.key_hash)) AS n
       FROM unnest($1::text[], $2::bytea[], $3::bigint[], $4::boolean[]) AS wanted (collection, key_hash, since, everything)
      CROSS JOIN LATERAL (
            SELECT * FROM projection.version late
             WHERE late.collection = wanted.collection AND late.key_hash = wanted.key_hash
               AND (wanted.everything OR late.block >= wanted.since)
             UNION ALL
            (SELECT * FROM projection.version before
              WHERE before.collection = wanted.collection AND before.key_hash = wanted.key_hash
                AND NOT wanted.everything AND before.block < wanted.since
              ORDER BY before.block DESC, before.index DESC LIMIT 1)) v
       JOIN projection.transaction t USING (block, index)
      ORDER BY v.block, v.index, n`,
    values: [
      wanted.map(({ collection }) => collection),
      wanted.map(({ key }) => sha256(Buffer.from(key))),
      wanted.map(({ since }) => since),
      wanted.map(({ all }) => all),
      mostBytes,
    ],
  });
  return rows.map((row) => ({
    block: row.block,
    index: row.index,
    txId: row.tx_id,
    timeMs: row.time_ms ?? 0,
    collection: row.collection,
    key: names.get(row.key_hash.toString('hex')) ?? '',
    n: row.n,
    value: row.value ?? undefined,
    valueHash: row.value_hash ?? undefined,
  }));
}

export type VersionAt = VersionSeen & Omit<Step, 'versions'>;

/** The versions of a record's keys by transaction. */
export function stepsOf(history: readonly VersionAt[], keys: readonly string[]): Step[] {
  const steps = new Map<string, Omit<Step, 'versions'> & { versions: VersionSeen[] }>();
  const wanted = new Set(keys);
  for (const { block, index, txId, timeMs, ...version } of history) {
    if (!wanted.has(version.key)) continue;
    const place = `${block}/${index}`;
    const step = steps.get(place) ?? { block, index, txId, timeMs, versions: [] };
    step.versions.push(version);
    steps.set(place, step);
  }
  return [...steps.values()];
}
