import { parseBlock } from '@reciprocal-clubs/network/blocks/block.js';
import { parseEnvelope } from '@reciprocal-clubs/network/blocks/envelope.js';
import { parseEndorserTransaction } from '@reciprocal-clubs/network/blocks/transaction.js';
import { sha256 } from '@reciprocal-clubs/network/identity/sign.js';
import type { ClientBase, Pool } from 'pg';
import type { Quarantined } from '../blocks/blockContents.js';
import { writesOf, type Viewpoint } from '../blocks/writes.js';
import type { PrivateSet } from '../fabric/delivery.js';
import { lastingActsOn } from '../keyPolicies/expectedPolicy.js';
import { blockBytes } from './blocks.js';
import { lockHead } from './cursor.js';
import { findPolicyFaults } from './keyPolicies.js';
import { removeFound, type Missing } from './missing.js';
import { project, type OwnClub } from './project.js';
import { quarantine } from './quarantine.js';
import { transact } from './transact.js';
import { fillVersions, nameVersions, placesOf } from './versions.js';

/** What came late. */
export interface Late {
  /** number of private values */
  readonly found: number;
  readonly quarantined: readonly Quarantined[];
}

/**
 * Takes in private values that came after their block, as far as the block proves them. Records are made anew from their whole history:
 * a value never stands over a newer one, and is told in the outbox under the id that it would have had in time.
 */
export async function storeLateValues(
  pool: Pool,
  { club, viewpoint }: { club: OwnClub; viewpoint: Viewpoint },
  missing: readonly Missing[],
  privateSets: readonly PrivateSet[],
): Promise<Late> {
  return transact(pool, async (client) => {
    await lockHead(client);
    const keys: string[] = [];
    const quarantined: Quarantined[] = [];
    for (const { block, index } of missing) {
      const sets = privateSets.filter((set) => set.index === index);
      const { writes, quarantine: reason } = await writesAt(client, { block, index }, sets, viewpoint);
      keys.push(...(await fillVersions(client, block, index, writes)));
      if (reason !== undefined) quarantined.push({ block, index, reason });
    }
    await nameVersions(
      client,
      viewpoint.collection,
      keys.map((key) => sha256(Buffer.from(key))),
    );
    await removeFound(client);
    const [first] = missing;
    const untaken = first ? await project(client, club, keys, first.block) : [];
    const policies = await policiesOf(client, viewpoint, missing, keys);
    const contradictory = await quarantine(client, quarantined);
    await quarantine(client, policies);
    return { found: keys.length, quarantined: [...contradictory, ...untaken, ...policies] };
  });
}

/** What could not be compared before: of keys that are known now, and of acts on records that are. */
async function policiesOf(
  client: ClientBase,
  viewpoint: Viewpoint,
  missing: readonly Missing[],
  keys: readonly string[],
): Promise<Quarantined[]> {
  const acts = keys.flatMap(lastingActsOn);
  const places = [...missing, ...(await placesOf(client, acts))];
  const known = new Set([...keys, ...acts]);
  const faults: Quarantined[] = [];
  for (const { block, index } of places) {
    const { writes, policies } = await writesAt(client, { block, index }, [], viewpoint);
    const at = <Write extends object>(write: Write): Write & { index: number } => ({ ...write, index });
    const treatment = { number: block, writes: writes.map(at), policies: policies.map(at) };
    faults.push(...(await findPolicyFaults(client, viewpoint.collection, treatment, known)));
  }
  return faults;
}

async function writesAt(
  client: ClientBase,
  { block, index }: Missing,
  sets: readonly PrivateSet[],
  viewpoint: Viewpoint,
): Promise<ReturnType<typeof writesOf>> {
  const bytes = await blockBytes(client, block);
  const envelope = bytes && parseBlock(bytes).envelopes[index];
  if (!envelope) throw new Error(`there is no transaction ${index} of block ${block}`);
  return writesOf(parseEndorserTransaction(parseEnvelope(envelope)), sets, viewpoint);
}
