import { ownCollection } from '@reciprocal-clubs/chaincode/ledger/ports.js';
import type { ClientBase, Pool } from 'pg';
import { blockContents, type BlockContents, type Quarantined } from '../blocks/blockContents.js';
import type { Head, VerifiedBlock } from '../blocks/verifiedBlock.js';
import type { Viewpoint } from '../blocks/writes.js';
import type { PrivateSet } from '../fabric/delivery.js';
import { insertBlock } from './blocks.js';
import { advance } from './cursor.js';
import { forgetEvents } from './forgetEvents.js';
import { keysBehind } from './histories.js';
import { findPolicyFaults } from './keyPolicies.js';
import { insertMissing, removeFound } from './missing.js';
import { project, type OwnClub } from './project.js';
import { quarantine } from './quarantine.js';
import { transact } from './transact.js';
import { writeVerdicts } from './verdicts.js';
import { forgetPurged, insertVersions, nameVersions } from './versions.js';

/** What a block brought. */
export interface Stored {
  readonly quarantined: readonly Quarantined[];
  /** transactions whose private values did not come with it */
  readonly missing: readonly number[];
}

/** Keeps one club's copy of the ledger, its read model and its outbox: each block in one transaction of the database. */
export class BlockStore {
  readonly viewpoint: Viewpoint;

  constructor(
    private readonly pool: Pool,
    private readonly club: OwnClub,
    chaincode: string,
  ) {
    this.viewpoint = { chaincode, collection: ownCollection(club.mspId) };
  }

  /**
   * Stores the block after `head` with all that follows from it, or nothing.
   *
   * @returns undefined when another listener has stored a block of this number meanwhile, or the projection is not where it was
   */
  async store(block: VerifiedBlock, privateSets: readonly PrivateSet[], head: Head): Promise<Stored | undefined> {
    const contents = blockContents(block, privateSets, this.viewpoint);
    return transact(this.pool, async (client) => {
      if (!(await advance(client, head, contents.hash))) return undefined;
      return this.#keep(client, contents);
    });
  }

  async #keep(client: ClientBase, contents: BlockContents): Promise<Stored> {
    const { number, writes, missing } = contents;
    await insertBlock(client, contents);
    const unreadable = await quarantine(client, contents.quarantined);
    await insertVersions(client, contents);
    await insertMissing(client, number, missing, this.viewpoint.collection);
    const hasPurges = writes.some(({ isPurge }) => isPurge);
    if (hasPurges) {
      await forgetPurged(client, contents);
      await removeFound(client);
    }
    const unnamed = writes.filter(
      ({ key, collection }) => key === undefined && collection === this.viewpoint.collection,
    );
    await nameVersions(
      client,
      this.viewpoint.collection,
      unnamed.map(({ keyHash }) => keyHash),
    );
    const known = writes.flatMap(({ key }) => key ?? []);
    const hashed = writes.filter(({ key }) => key === undefined);
    const keys = [...known, ...(await keysBehind(client, hashed, this.viewpoint.collection))];
    const untaken = await project(client, this.club, keys, number);
    if (hasPurges) await forgetEvents(client, contents, this.viewpoint.collection, keys);
    const policies = await findPolicyFaults(client, this.viewpoint.collection, contents);
    await quarantine(client, policies);
    await writeVerdicts(client, contents);
    await client.query(`SELECT pg_notify('block', $1)`, [String(number)]);
    return { quarantined: [...unreadable, ...untaken, ...policies], missing };
  }
}
