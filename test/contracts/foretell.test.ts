import { foretell } from '@reciprocal-clubs/api/fabric/foretell.js';
import { SealedEnvelope, type Prepared } from '@reciprocal-clubs/api/fabric/sealedEnvelope.js';
import { receiveBlock, verifyGenesis, verifyNext } from '@reciprocal-clubs/listener/blocks/verifiedBlock.js';
import { BlockStore } from '@reciprocal-clubs/listener/postgres/blockStore.js';
import { readHead } from '@reciprocal-clubs/listener/postgres/cursor.js';
import { trustIn } from '@reciprocal-clubs/listener/blocks/trust.js';
import { clubsChaincode } from '@reciprocal-clubs/network/clubsDefinition.js';
import { readSerializedIdentity } from '@reciprocal-clubs/network/identity/msp.js';
import { connectPool } from '@reciprocal-clubs/postgres/connect.js';
import { clubDatabase, type ClubDatabase } from '@reciprocal-clubs/postgres/test/postgresForTests.js';
import { expect } from 'chai';
import type pg from 'pg';
import { mspOf } from './clubs.js';
import { agreed, founded, id, issue, proposal } from './given.js';
import type { World } from './world.js';

/** A club's database, kept up with the club's peer as its listener does. */
class Copy {
  private constructor(
    readonly world: World,
    readonly club: string,
    private readonly database: ClubDatabase,
    private readonly store: BlockStore,
    private readonly listener: pg.Pool,
    readonly pool: pg.Pool,
  ) {}

  static async of(world: World, club: string): Promise<Copy> {
    const database = await clubDatabase(club);
    const listener = connectPool(database.listener, { application: 'test listener' });
    const pool = connectPool(database.api, { application: 'test api' });
    const own = { id: club, mspId: mspOf(club), channel: 'clubs' };
    return new Copy(world, club, database, new BlockStore(listener, own, clubsChaincode), listener, pool);
  }

  async catchUp(): Promise<void> {
    const peer = this.world.network.peer(mspOf(this.club));
    const genesis = receiveBlock(peer.storedBlock(0).bytes);
    for (;;) {
      const head = await readHead(this.listener);
      if (head.number + 1 >= peer.height) return;
      const { bytes, privateData } = peer.storedBlock(head.number + 1);
      const received = receiveBlock(bytes);
      const block =
        head.number < 0 ? verifyGenesis(received, genesis) : verifyNext(received, head, trustIn(genesis.bytes));
      const sets = privateData.flatMap(({ txIndex, collections }) =>
        collections
          .filter(({ collection }) => collection === this.store.viewpoint.collection)
          .map((set) => ({ index: txIndex, ...set })),
      );
      await this.store.store(block, sets, head);
    }
  }

  /** What the database foretells, and what the peer says. */
  async both(name: string, request: object): Promise<[Said, Said]> {
    await this.catchUp();
    const envelope = new SealedEnvelope(name, request);
    const { certificate } = readSerializedIdentity(this.world.network.signer(mspOf(this.club), 'Client').identity);
    const signatory = { mspId: mspOf(this.club), certificate: certificate.toString() };
    const foretold = await foretell(this.pool, signatory, envelope, () => this.world.nowMs);
    return [said(foretold), said(await this.world.prepareEnvelope(this.club, envelope))];
  }

  async close(): Promise<void> {
    await this.pool.end();
    await this.listener.end();
    await this.database.drop();
  }
}

type Said = Omit<Prepared, 'result'>;

/** Times in the result differ by moments. */
const said = ({ result: _result, ...rest }: Prepared): Said => rest;

describe("What a club's database foretells of a command", () => {
  let world: World;
  let harbour: Copy;
  let stJulians: Copy;

  before(async () => {
    world = await founded();
    harbour = await Copy.of(world, 'harbour');
    stJulians = await Copy.of(world, 'stjulians');
  });

  after(async () => {
    await harbour.close();
    await stJulians.close();
  });

  /** Both say the same, and so it is done, if it is asked for. */
  async function same(
    copy: Copy,
    name: string,
    request: object,
    outcome: Prepared['outcome'],
    code?: string,
  ): Promise<void> {
    const [foretold, prepared] = await copy.both(name, request);
    expect(foretold, name).to.deep.equal(prepared);
    expect(foretold.outcome, JSON.stringify(foretold.refusal)).to.equal(outcome);
    expect(foretold.refusal?.code).to.equal(code);
    if (outcome === 'ready') await world.command(copy.club, name, request);
  }

  it('is what the own peer says, step by step through an agreement, a pass and visits', async () => {
    const request = proposal(world);
    const { agreementId, parties, actor } = request;
    const toSelf = { ...request, parties: ['harbour', 'harbour'] };
    await same(harbour, 'agreements.propose', toSelf, 'refused', 'PARTNER_IS_SELF');
    await same(harbour, 'agreements.propose', request, 'ready');
    await same(harbour, 'agreements.propose', request, 'unchanged');
    const [proposed] = (await world.list('stjulians', 'agreement')) as { versions: { termsHash: string }[] }[];
    const accept = { actor, parties, commandId: id(), agreementId, termsHash: proposed?.versions[0]?.termsHash ?? '' };
    await same(harbour, 'agreements.accept', accept, 'refused', 'OWN_PROPOSAL');
    await same(stJulians, 'agreements.accept', accept, 'ready');

    const introduction = issue(world, agreementId);
    await same(harbour, 'passes.issue', { ...introduction, residentOk: false }, 'refused', 'RESIDENCY_EXCLUDED');
    await same(harbour, 'passes.issue', introduction, 'ready');
    const { home, host, passId, pseudonym } = introduction;
    const stay = { home, host, agreementId, passId, pseudonym };
    const desk = { ref: 'desk-1', role: 'front-desk' };
    const arrival = (days: number) => ({
      ...{ actor: desk, ...stay, commandId: id(), businessDate: world.date(days), late: days < 0 },
    });
    await same(stJulians, 'visits.checkIn', arrival(-1), 'ready');
    const today = arrival(0);
    await same(stJulians, 'visits.checkIn', today, 'ready');
    await same(stJulians, 'visits.checkIn', arrival(0), 'unchanged');
    const leaving = { actor: desk, ...stay, commandId: id(), businessDate: world.date(0) };
    await same(stJulians, 'visits.checkOut', leaving, 'ready');
    await same(stJulians, 'visits.checkIn', arrival(-2), 'ready');
    const secretary = { ref: 'staff-4', role: 'secretary' };
    await same(harbour, 'passes.revoke', { actor: secretary, home, host, passId, code: 'standing' }, 'ready');
    await same(stJulians, 'visits.checkIn', arrival(0), 'refused', 'PASS_REVOKED');
    const suspend = { actor, parties, agreementId, code: 'debt' };
    await same(stJulians, 'agreements.suspend', suspend, 'ready');
    await same(harbour, 'passes.issue', { ...issue(world, agreementId) }, 'refused', 'AGREEMENT_SUSPENDED');
    await same(stJulians, 'agreements.resume', { actor, parties, agreementId }, 'ready');
    await same(harbour, 'passes.issue', issue(world, agreementId), 'ready');
  });

  it('is that the halves differ, of an agreement that the partner has with another club', async () => {
    const { agreementId } = await agreed({}, { world, parties: ['harbour', 'orchard'], host: 'orchard' });
    const accept = {
      ...{ actor: { ref: 'staff-1', role: 'manager' }, parties: ['stjulians', 'harbour'] },
      ...{ commandId: id(), agreementId, termsHash: '0'.repeat(64) },
    };
    await same(stJulians, 'agreements.accept', accept, 'refused', 'DIVERGED');
  });
});
