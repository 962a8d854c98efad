import { expect } from 'chai';
import { canonicalJson } from '@reciprocal-clubs/chaincode/ledger/canonicalJson.js';
import { majorityWith } from '@reciprocal-clubs/chaincode/ledger/keyPolicy.js';
import type { Schemas } from '@reciprocal-clubs/openapi/types';
import type { AlteredWrite } from '../altered.js';
import { Listening } from '../listening.js';
import { Story, Vote } from '../story.js';
import { id, mspIds, World } from '../world.js';

describe('what altered chaincode writes', () => {
  let world: World;
  let story: Story;
  let listening: Listening;

  beforeEach(async () => {
    world = await World.start();
    story = new Story(world);
    await story.agree();
    await story.issue();
    listening = await Listening.to(world);
  });

  afterEach(() => listening.end());

  const lie = async (...writes: AlteredWrite[]): Promise<number> =>
    world.together([await world.lie(['harbour', 'stjulians'], ...writes)]);
  const halves = (key: string, harbour?: string, stjulians: string | undefined = harbour): AlteredWrite[] => [
    { collection: 'own_HarbourMSP', key, ...(harbour !== undefined && { value: harbour }) },
    { collection: 'own_StJuliansMSP', key, ...(stjulians !== undefined && { value: stjulians }) },
  ];
  const reasons = async (): Promise<string[]> => {
    const rows = await listening.query<{ reason: string }>('SELECT reason FROM projection.quarantine');
    return rows.map(({ reason }) => reason);
  };
  const passBytes = async (change: object = {}): Promise<string> => {
    const [row] = await listening.query<{ value: Buffer }>(
      `SELECT value FROM projection.version WHERE key = $1 AND is_current`,
      [`pass/${story.passId}`],
    );
    return canonicalJson({ ...(JSON.parse(row?.value.toString() ?? '{}') as object), ...change });
  };

  it('is set aside where it is no record, and the record stays as it was agreed', async () => {
    await listening.catchUp();
    await lie(...halves(`pass/${story.passId}`, '{"state":"golden"}'));
    await listening.catchUp();
    expect(await reasons()).to.have.length(1);
    expect((await reasons())[0]).to.match(/^Pass without its form/);
    expect(listening.alarms()).to.deep.equal(['QUARANTINED']);
    expect((await listening.record<Schemas['PassBody']>('pass', story.passId))?.state).to.equal('issued');
    expect((await listening.told()).filter((type) => type.startsWith('passes.'))).to.deep.equal(['passes.issued']);
  });

  it('is set aside where a value lies about its key', async () => {
    await listening.catchUp();
    const stranger = id();
    await lie(...halves(`pass/${stranger}`, await passBytes()));
    await lie(...halves(`pass/${story.passId}`, await passBytes({ home: 'orchard' })));
    await listening.catchUp();
    expect(await reasons()).to.deep.equal(Array(2).fill('Pass that is not the one its key names'));
    expect(await listening.record('pass', stranger)).to.equal(undefined);
    expect(listening.logText()).not.to.contain(stranger);
  });

  it('is DIVERGED where the halves differ, or one comes alone', async () => {
    await listening.catchUp();
    const key = `pass/${story.passId}`;
    await lie(...halves(key, await passBytes({ category: 'house' }), await passBytes({ category: 'life' })));
    await lie({ collection: 'own_HarbourMSP', key, value: await passBytes({ category: 'junior' }) });
    await lie({ collection: 'own_StJuliansMSP', key, value: await passBytes({ category: 'senior' }) });
    await listening.catchUp();
    expect(listening.alarms()).to.deep.equal(Array(3).fill('DIVERGED'));
    expect((await listening.record<Schemas['PassBody']>('pass', story.passId))?.category).to.equal('full');
    expect((await listening.told()).filter((type) => type.startsWith('passes.'))).to.deep.equal(['passes.issued']);
  });

  it('is nothing to the parties where a third club keeps a copy of the record', async () => {
    await listening.catchUp();
    const stJulians = await Listening.to(world, 'stjulians');
    await stJulians.catchUp();
    const key = `pass/${story.passId}`;
    const copy = async (write: Omit<AlteredWrite, 'collection' | 'key'>): Promise<number> =>
      world.together([await world.lie(['orchard'], { collection: 'own_OrchardMSP', key, ...write })]);
    const records = () => listening.query('SELECT * FROM projection.record ORDER BY kind, id');
    const before = await records();
    await copy({ value: await passBytes() });
    await copy({ value: 'anything' });
    await copy({});
    await copy({ purge: true });
    await listening.catchUp();
    await stJulians.catchUp();
    expect([...listening.alarms(), ...stJulians.alarms()]).to.deep.equal([]);
    expect(await reasons()).to.deep.equal([]);
    expect(await records()).to.deep.equal(before);
    await stJulians.end();
  });

  it('is nothing to the parties where a third club keeps a copy of a record that is deleted', async () => {
    await listening.catchUp();
    const key = `pass/${story.passId}`;
    await lie(...halves(key));
    await world.together([await world.lie(['orchard'], { collection: 'own_OrchardMSP', key, value: 'kept' })]);
    await listening.catchUp();
    expect(listening.alarms()).to.deep.equal([]);
    await lie({ collection: 'own_StJuliansMSP', key, value: 'alone' });
    await listening.catchUp();
    expect(listening.alarms()).to.include('DIVERGED');
    expect(await listening.record('pass', story.passId)).to.equal(undefined);
  });

  it('is DIVERGED where the partner alone deletes or purges its half, whoever else has a copy', async () => {
    await listening.catchUp();
    const key = `pass/${story.passId}`;
    await lie({ collection: 'own_StJuliansMSP', key });
    await world.together([await world.lie(['orchard'], { collection: 'own_OrchardMSP', key, value: 'kept' })]);
    await lie({ collection: 'own_StJuliansMSP', key, purge: true });
    await listening.catchUp();
    expect(listening.alarms()).to.deep.equal(['DIVERGED', 'DIVERGED']);
  });

  it('leaves a club as it was in the registry', async () => {
    await lie({ key: 'club/orchard', value: '{}' }, { key: 'directory/orchard', value: '{"id":"harbour"}' });
    await listening.catchUp();
    expect(await reasons()).to.have.length(1);
    const club = await listening.record<Schemas['ClubBody']>('club', 'orchard');
    expect(club).to.deep.include({ status: 'active', directory: null });
  });

  it('is no vote of the club in whose name it stands', async () => {
    const vote = new Vote(world);
    await story.describe('orchard');
    await vote.circulate();
    const ballot = { v: 1, proposal: vote.proposalId, club: 'orchard', choice: 'for', atMs: world.nowMs };
    const policy = Buffer.from(majorityWith('OrchardMSP', Object.values(mspIds))).toString('base64');
    await lie({ key: `ballot/${vote.proposalId}/orchard`, value: canonicalJson(ballot), policy });
    await listening.catchUp();
    const proposal = await listening.record<Schemas['ProposalBody']>('proposal', vote.proposalId);
    expect(proposal?.ballots).to.deep.equal([]);
    expect(listening.alarms()).to.deep.equal(['DIVERGED']);
    expect(await listening.told()).not.to.include('governance.voted');
    await vote.vote('orchard', 'against').catch(() => undefined);
  });

  it('cannot stop the listener, whatever its keys and values are', async () => {
    const odd = [
      'pass/',
      'pass//',
      'pass/%/x',
      'act/revoke/',
      'act/suspend/x/y',
      'visit/a/b/c',
      'terms/x',
      '\u0000pass\u0000x',
    ];
    await lie(...odd.map((key) => ({ key, value: '"\u0000"' })));
    await lie(...odd.slice(0, -1).flatMap((key) => halves(key, '{"\\u0000":"\\ud800"}')));
    await lie({ key: 'x'.repeat(4000), value: 'long' }, { key: 'club/x', value: '\xff\xfe' });
    await lie({ key: `directory/harbour`, value: '[]' });
    await listening.catchUp();
    expect(await listening.height()).to.equal(world.height);
    expect(listening.counts.reconnects).to.equal(0);
  });

  it('may be U+0000 in a text, which is shown as it is', async () => {
    await story.describe('harbour', { dressCode: 'black\u0000tie' });
    await story.describe('orchard');
    await story.suspend('stjulians');
    await listening.catchUp();
    const club = await listening.record<Schemas['ClubBody']>('club', 'harbour');
    expect(club?.directory?.dressCode).to.equal('black\u0000tie');
    expect(listening.counts.reconnects).to.equal(0);
  });

  it('is no directory entry where it has not its form: then the club has none, as the contracts see it', async () => {
    await story.describe('orchard');
    const tell = async (entry: object) =>
      world.together([await world.lie(['orchard'], { key: 'directory/orchard', ...entry })]);
    await tell({ value: '[]' });
    await listening.catchUp();
    expect((await listening.record<Schemas['ClubBody']>('club', 'orchard'))?.directory).to.equal(null);
    await tell({ size: 2_000_000 });
    await listening.catchUp();
    expect(await reasons()).to.have.length(2);
    expect((await reasons())[1]).to.equal('Directory that is too large');
    await story.describe('orchard');
    await listening.catchUp();
    const club = await listening.record<Schemas['ClubBody']>('club', 'orchard');
    expect(club?.directory).to.include({ id: 'orchard' });
    const [row] = await listening.query(`SELECT block FROM projection.record WHERE kind = 'club' AND id = 'orchard'`);
    expect(row).to.deep.equal({ block: world.height - 1 });
  });

  it('deletes a record where both halves are deleted, and shows a public one no more', async () => {
    await listening.catchUp();
    await lie({ key: 'club/orchard' }, ...halves(`pass/${story.passId}`));
    await listening.catchUp();
    expect(await listening.record('pass', story.passId)).to.equal(undefined);
    expect(await listening.record('club', 'orchard')).to.equal(undefined);
  });
});
