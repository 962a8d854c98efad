import { expect } from 'chai';
import { canonicalJson } from '@reciprocal-clubs/chaincode/ledger/canonicalJson.js';
import { allOf, majorityWith } from '@reciprocal-clubs/chaincode/ledger/keyPolicy.js';
import { signaturePolicy } from '@reciprocal-clubs/network/identity/policyLanguage.js';
import type { AlteredWrite } from '../altered.js';
import { Listening } from '../listening.js';
import { Story, Vote } from '../story.js';
import { id, mspIds, World, type ClubId } from '../world.js';

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
const both = base64(allOf([mspIds.harbour, mspIds.stjulians]));
const either = base64(signaturePolicy("OR('HarbourMSP.peer', 'StJuliansMSP.peer')").serializeBinary());
const reordered = base64(signaturePolicy("AND('StJuliansMSP.peer', 'HarbourMSP.peer')").serializeBinary());
const harbour = 'own_HarbourMSP';
const stjulians = 'own_StJuliansMSP';

describe('key policies that altered chaincode gives', () => {
  let world: World;
  let story: Story;
  let listening: Listening;

  beforeEach(async () => {
    world = await World.start();
    story = new Story(world);
    await story.agree();
    await story.issue();
    listening = await Listening.to(world);
    await listening.catchUp();
  });

  afterEach(() => listening.end());

  const lieAs = async (endorsers: readonly ClubId[], ...writes: AlteredWrite[]): Promise<number> =>
    world.together([await world.lie(endorsers, ...writes)]);
  const lie = (...writes: AlteredWrite[]): Promise<number> => lieAs(['harbour', 'stjulians'], ...writes);
  const reasonsOf = async (one: Listening): Promise<string[]> => {
    const rows = await one.query<{ reason: string }>('SELECT reason FROM projection.quarantine ORDER BY block, index');
    return rows.map(({ reason }) => reason);
  };
  const reasons = async (): Promise<string[]> => {
    await listening.catchUp();
    return reasonsOf(listening);
  };
  const passOf = async (passId: string): Promise<string> => {
    const [row] = await listening.query<{ value: Buffer }>(
      'SELECT value FROM projection.version WHERE key = $1 AND is_current',
      [`pass/${story.passId}`],
    );
    return canonicalJson({ ...(JSON.parse(row?.value.toString() ?? '{}') as object), id: passId });
  };
  const newPass = async (own: string | undefined, partners: string | undefined): Promise<string> => {
    const passId = id();
    const write = (collection: string, policy: string | undefined, value: string): AlteredWrite => ({
      ...{ collection, key: `pass/${passId}`, value },
      ...(policy !== undefined && { policy }),
    });
    const value = await passOf(passId);
    await lie(write(harbour, own, value), write(stjulians, partners, value));
    return passId;
  };

  it('are no fault where they say what the contract says, in whatever bytes', async () => {
    const passId = await newPass(reordered, both);
    expect(await reasons()).to.deep.equal([]);
    expect(await listening.record('pass', passId)).to.be.an('object');
  });

  it('are missing where either half of a record is created without', async () => {
    const passIds = [
      await newPass(undefined, both),
      await newPass(both, undefined),
      await newPass(undefined, undefined),
    ];
    expect(await reasons()).to.deep.equal(Array(3).fill('POLICY: a key of pass was created without its policy'));
    expect(listening.alarms()).to.deep.equal(Array(3).fill('POLICY'));
    for (const passId of passIds) {
      expect(await listening.record('pass', passId)).to.be.an('object');
      expect(listening.logText()).not.to.contain(passId);
    }
    expect(await listening.told()).to.have.length(3 + 1 + 3);
  });

  it('are a fault where they ask for less, in either half', async () => {
    await newPass(either, both);
    await newPass(both, either);
    expect(await reasons()).to.deep.equal(Array(2).fill('POLICY: a key of pass was given another policy than its own'));
  });

  it('are seen of records that are shown nowhere', async () => {
    const key = `pair/harbour/${id()}`;
    const value = canonicalJson({ v: 1, salt: id() + id(), parties: ['harbour', 'stjulians'], agreementId: null });
    await lie({ collection: harbour, key, value, policy: both }, { collection: stjulians, key, value });
    expect(await reasons()).to.deep.equal(['POLICY: a key of pair was created without its policy']);
  });

  it('are seen where they are changed later and nothing else is', async () => {
    const key = `pass/${story.passId}`;
    await lie({ collection: stjulians, key, policy: either, isOnlyPolicy: true });
    await lie({ collection: harbour, key, policy: either, isOnlyPolicy: true });
    await lie({ collection: harbour, key, policy: both, isOnlyPolicy: true });
    expect(await reasons()).to.deep.equal(Array(2).fill('POLICY: a key of pass was given another policy than its own'));
    expect(await listening.record('pass', story.passId)).to.be.an('object');
  });

  it('are asked for again after a record was deleted', async () => {
    const key = `pass/${story.passId}`;
    const value = await passOf(story.passId);
    await lie({ collection: harbour, key }, { collection: stjulians, key });
    await lie({ collection: harbour, key, value }, { collection: stjulians, key, value });
    expect(await reasons()).to.deep.equal(['POLICY: a key of pass was created without its policy']);
  });

  it("are nobody else's business: a club that copies the hash of a key is no party", async () => {
    const copy = { collection: 'own_OrchardMSP', key: `pass/${story.passId}`, value: 'x', policy: either };
    await lieAs(['orchard'], copy);
    await listening.catchUp();
    expect(listening.alarms()).not.to.include('POLICY');
    expect(await listening.record('pass', story.passId)).to.be.an('object');
  });

  it('are missing where a pass is revoked so that it can be taken back, for both clubs', async () => {
    const host = await Listening.to(world, 'stjulians');
    const act = { collection: harbour, key: `act/revoke/${story.passId}`, value: '{}' };
    await lieAs(['harbour'], act);
    await lieAs(['harbour'], { ...act, policy: base64(allOf([mspIds.harbour])), isOnlyPolicy: true });
    await host.catchUp();
    for (const found of [await reasons(), await reasonsOf(host)])
      expect(found).to.deep.equal([
        'POLICY: a key of act was created without its policy',
        'POLICY: a key of act was given another policy than its own',
      ]);
    await host.end();
  });

  it('are a fault on keys that have none', async () => {
    const policy = both;
    await lieAs(['harbour'], { collection: harbour, key: `act/suspend/${story.agreementId}`, value: '{}', policy });
    await lieAs(['harbour'], { collection: harbour, key: 'presence/x', value: '{}', policy });
    await lie({ key: 'policies', policy, isOnlyPolicy: true });
    await lie({ key: 'new/x', value: 'x', policy });
    expect(await reasons()).to.deep.equal(
      ['act', 'presence', 'policies', 'no known kind'].map((kind) => `POLICY: a key of ${kind} was given a policy`),
    );
  });

  it('are those of a directory entry: its own club', async () => {
    await story.describe('stjulians');
    const entry = { key: 'directory/orchard', value: '{}' };
    await lie(entry);
    await lie({ ...entry, policy: both, isOnlyPolicy: true });
    await lie({ key: 'directory/nobody', value: '{}', policy: both });
    await listening.catchUp();
    expect(listening.alarms().filter((alarm) => alarm === 'POLICY')).to.have.length(3);
  });

  it('are those of ballot and marker: the voter and the majority', async () => {
    const vote = new Vote(world);
    await story.describe('stjulians');
    await vote.circulate();
    await vote.vote('stjulians');
    expect(await reasons()).to.deep.equal([]);
    const value = canonicalJson({ v: 1, proposal: vote.proposalId, club: 'harbour', choice: 'for', atMs: 1 });
    const policy = base64(majorityWith(mspIds.harbour, Object.values(mspIds)));
    const ballot = { key: `ballot/${vote.proposalId}/harbour`, value };
    const marker = { collection: harbour, key: `marker/${vote.proposalId}`, value };
    const partial = { key: `ballot/${vote.proposalId}/orchard`, value: '{}' };
    await lie({ ...ballot, policy }, marker);
    await lie({ key: `ballot/${vote.proposalId}/nobody`, value: '{}', policy });
    await lie({ ...partial, policy });
    await listening.catchUp();
    expect(listening.alarms().filter((alarm) => alarm === 'POLICY')).to.have.length(3);
  });

  it('are compared when the private values come that tell the key', async () => {
    const without = new Set<number>();
    listening.source.alter = (delivered, number) =>
      without.has(number) ? { ...delivered, privateSets: [] } : delivered;
    const passId = id();
    const key = `pass/${passId}`;
    const value = await passOf(passId);
    without.add(world.height);
    await lie({ collection: harbour, key, value, policy: both }, { collection: stjulians, key, value });
    await lieAs(['harbour'], { collection: harbour, key: `act/revoke/${passId}`, value: '{}' });
    expect(await reasons()).to.deep.equal([]);
    without.clear();
    await listening.askAgain();
    const inTime = await Listening.to(world);
    await inTime.catchUp();
    expect(await reasons()).to.deep.equal([
      'POLICY: a key of pass was created without its policy',
      'POLICY: a key of act was created without its policy',
    ]);
    expect(listening.alarms()).to.deep.equal(['POLICY', 'POLICY']);
    expect(await listening.projection()).to.deep.equal(await inTime.projection());
    await inTime.end();
  });
});
