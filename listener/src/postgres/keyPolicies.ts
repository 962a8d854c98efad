import { ballotKey } from '@reciprocal-clubs/chaincode/governance/proposal.js';
import { kindOf } from '@reciprocal-clubs/chaincode/ledger/keys.js';
import { directoryKey } from '@reciprocal-clubs/chaincode/ledger/registry.js';
import type { ClientBase } from 'pg';
import type { BlockContents, Quarantined } from '../blocks/blockContents.js';
import { policyFaults, type KeyTreated } from '../keyPolicies/policyFaults.js';
import { readPolicyScene } from './policyScene.js';

/** What transactions of one block wrote to keys, and which policies they gave them. */
export type Treatment = Pick<BlockContents, 'number' | 'writes' | 'policies'>;

/** A key in one transaction, known by its hash at least. */
interface Touched {
  readonly index: number;
  readonly collection: string;
  readonly keyHash: Buffer;
  readonly key: string | undefined;
  /** after the transaction */
  hasValue: boolean;
  readonly policies: (Buffer | undefined)[];
}

/**
 * Compares the policies that a block gave to keys with what our contracts give them, as far as the keys are known. The block's versions
 * are stored already, and the records that follow from them.
 *
 * @param own the club's collection
 * @param only these keys; all by default
 */
export async function findPolicyFaults(
  client: ClientBase,
  own: string,
  treatment: Treatment,
  only?: ReadonlySet<string>,
): Promise<Quarantined[]> {
  const touched = touchedBy(treatment).filter(mayMatter);
  if (touched.length === 0) return [];
  const treated = (await readTreated(client, own, treatment.number, touched)).filter(
    ({ key, isCreated, policies }) => (isCreated || policies.length > 0) && (only?.has(key) ?? true),
  );
  return treated.length === 0 ? [] : policyFaults(treated, await readPolicyScene(client, treated));
}

function touchedBy({ writes, policies }: Treatment): Touched[] {
  const keys = new Map<string, Touched>();
  const at = (write: Treatment['writes'][number] | Treatment['policies'][number]): Touched => {
    const { index, collection, keyHash, key } = write;
    const name = `${index} ${collection} ${keyHash.toString('hex')}`;
    const touched = keys.get(name) ?? { index, collection, keyHash, key, hasValue: false, policies: [] };
    keys.set(name, touched);
    return touched;
  };
  for (const write of writes) at(write).hasValue = write.valueHash !== undefined;
  for (const write of policies) at(write).policies.push(write.policy);
  return [...keys.values()];
}

const policed: readonly string[] = [directoryKey.prefix, ballotKey.prefix];

/** Most public keys carry no policy, and are given none. */
function mayMatter({ collection, key = '', policies }: Touched): boolean {
  return collection !== '' || policies.length > 0 || policed.includes(kindOf(key)?.prefix ?? '');
}

interface Row {
  key: string | null;
  value: Buffer | null;
  existed: boolean;
}

/** Longer than any record of ours. */
const mostBytes = 2 ** 20;

/** Those whose key is known: by this club's half, or because this club expects the act. */
async function readTreated(
  client: ClientBase,
  own: string,
  block: number,
  touched: readonly Touched[],
): Promise<KeyTreated[]> {
  const { rows } = await client.query<Row>({
    name: 'treated-keys',
    text: `SELECT coalesce(half.key, act.key) AS key, half.value, coalesce(before.existed, false) AS existed
       FROM unnest($1::integer[], $2::text[], $3::bytea[]) WITH ORDINALITY AS t (index, collection, key_hash, place)
       LEFT JOIN projection.expected_act act USING (collection, key_hash)
       LEFT JOIN LATERAL (
            SELECT v.key, CASE WHEN length(v.value) <= $6 THEN v.value END AS value FROM projection.version v
             WHERE t.collection <> '' AND v.collection = $5 AND v.key_hash = t.key_hash AND v.key IS NOT NULL
               AND (v.block, v.index) <= ($4, t.index)
             ORDER BY v.value IS NULL, v.block DESC, v.index DESC LIMIT 1) half ON true
       LEFT JOIN LATERAL (
            SELECT v.value_hash IS NOT NULL AS existed FROM projection.version v
             WHERE v.collection = t.collection AND v.key_hash = t.key_hash AND (v.block, v.index) < ($4, t.index)
             ORDER BY v.block DESC, v.index DESC LIMIT 1) before ON true
      ORDER BY t.place`,
    values: [
      touched.map(({ index }) => index),
      touched.map(({ collection }) => collection),
      touched.map(({ keyHash }) => keyHash),
      block,
      own,
      mostBytes,
    ],
  });
  return touched.flatMap(({ index, collection, key: known, hasValue, policies }, place) => {
    const row = rows[place];
    const key = known ?? row?.key ?? undefined;
    if (!row || key === undefined) return [];
    const isCreated = hasValue && !row.existed;
    return [{ block, index, collection, key, value: row.value ?? undefined, isCreated, policies }];
  });
}
