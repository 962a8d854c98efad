import { parseBlock } from '@reciprocal-clubs/network/blocks/block.js';
import { parseEnvelope } from '@reciprocal-clubs/network/blocks/envelope.js';
import { parseEndorserTransaction } from '@reciprocal-clubs/network/blocks/transaction.js';
import { sha256 } from '@reciprocal-clubs/network/identity/sign.js';
import type { ClientBase, Pool } from 'pg';
import type { Quarantined } from '../blocks/blockContents.js';
import { writesOf, type Viewpoint } from '../blocks/writes.js';
import type { PrivateSet } from '../fabric/delivery.js';
import { blockBytes } from './blocks.js';
import { lockHead } from './cursor.js';
import { removeFound, type Missing } from './missing.js';
import { project, type OwnClub } from './project.js';
import { quarantine } from './quarantine.js';
import { transact } from './transact.js';
import { fillVersions, nameVersions } from './versions.js';

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
      const late = await writesAt(client, { block, index }, sets, viewpoint);
      keys.push(...(await fillVersions(client, block, index, late.writes)));
      if (late.quarantine !== undefined) quarantined.push({ block, index, reason: late.quarantine });
    }
    await nameVersions(
      client,
      viewpoint.collection,
      keys.map((key) => sha256(Buffer.from(key))),
    );
    await removeFound(client);
    const [first] = missing;
    const untaken = first ? await project(client, club, keys, first.block) : [];
    return { found: keys.length, quarantined: [...(await quarantine(client, quarantined)), ...untaken] };
  });
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
