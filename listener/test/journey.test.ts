import { expect } from 'chai';
import { createHash } from 'node:crypto';
import type { Schemas } from '@reciprocal-clubs/openapi/types';
import { Listening } from './listening.js';
import { Story, Vote } from './story.js';
import { clubIds, World } from './world.js';

describe('what clubs do, as a listener projects it', () => {
  let world: World;
  let story: Story;
  let vote: Vote;
  let harbour: Listening;
  let host: Listening;
  let orchard: Listening;

  before(async () => {
    world = await World.start();
    story = new Story(world);
    vote = new Vote(world);
    await story.agree();
    for (const club of clubIds) await story.describe(club);
    await story.suspend('stjulians');
    await story.resume('stjulians');
    await story.issue();
    await story.checkIn();
    await story.checkOut();
    await story.checkIn();
    await story.revoke();
    await vote.circulate();
    for (const club of clubIds) await vote.vote(club);
    await vote.close();
    await vote.execute();
    [harbour, host, orchard] = await Promise.all([
      Listening.to(world, 'harbour'),
      Listening.to(world, 'stjulians'),
      Listening.to(world, 'orchard'),
    ]);
    for (const listening of [harbour, host, orchard]) await listening.catchUp();
  });

  after(async () => {
    for (const listening of [harbour, host, orchard]) await listening.end();
  });

  it('tells both parties the same story, in the order of the ledger', async () => {
    const expected = [
      'clubs.founded',
      'agreements.proposed',
      'agreements.accepted',
      ...clubIds.map(() => 'clubs.described'),
      'agreements.suspended',
      'agreements.resumed',
      'passes.issued',
      'visits.checked-in',
      'visits.checked-out',
      'visits.reopened',
      'passes.revoked',
      'governance.circulated',
      ...clubIds.map(() => 'governance.voted'),
      'governance.carried',
      'governance.executed',
    ];
    expect(await harbour.told()).to.deep.equal(expected);
    expect(await host.told()).to.deep.equal(expected);
  });

  it('tells a third club of what is public, and nothing else', async () => {
    const types = await orchard.told();
    expect(types.filter((type) => !/^(clubs|governance)\./.test(type))).to.deep.equal([]);
    const text = JSON.stringify(await orchard.query('SELECT key, body FROM projection.record r, projection.version v'));
    for (const secret of [story.agreementId, story.passId, story.pseudonym, story.exclusionTag])
      expect(text).not.to.contain(secret);
    const [{ known } = { known: -1 }] = await orchard.query<{ known: number }>(
      `SELECT count(*) AS known FROM projection.version WHERE collection NOT IN ('', 'own_OrchardMSP') AND (key IS NOT NULL OR value IS NOT NULL)`,
    );
    expect(known).to.equal(0);
  });

  it('shows an agreement to its parties, with the hash that stands on the ledger', async () => {
    const body = await host.record<Schemas['AgreementBody']>('agreement', story.agreementId);
    expect(body).to.include({ id: story.agreementId, state: 'active', partner: 'harbour' });
    expect(body?.suspendedBy).to.deep.equal([]);
    expect(body).not.to.have.any.keys('v', 'salt', 'commands');
    const rows = await host.query<{ hash: Buffer; value: Buffer; theirs: Buffer; tags: object }>(
      `SELECT r.hash, r.tags, own.value, other.value_hash AS theirs FROM projection.record r
         JOIN projection.version own ON own.key = 'agreement/' || r.id AND own.is_current
         JOIN projection.version other ON other.key_hash = own.key_hash AND other.collection = 'own_HarbourMSP' AND other.is_current
        WHERE r.kind = 'agreement'`,
    );
    expect(rows).to.have.length(1);
    for (const { hash, value, theirs, tags } of rows) {
      expect(hash).to.deep.equal(createHash('sha256').update(value).digest());
      expect(hash).to.deep.equal(theirs);
      expect(tags).to.deep.equal({ state: 'active', partner: 'harbour' });
    }
  });

  it('shows a suspension that the partner made alone, while it stands', async () => {
    const rows = await harbour.query<{ data: { data: { record: Schemas['AgreementBody'] } } }>(
      `SELECT data FROM projection.event WHERE type IN ('agreements.suspended', 'agreements.resumed') ORDER BY position`,
    );
    expect(rows.map(({ data }) => data.data.record.suspendedBy)).to.deep.equal([['stjulians'], []]);
  });

  it('says why a pass is revoked to the home club alone', async () => {
    const home = await harbour.record<Schemas['PassBody']>('pass', story.passId);
    const guest = await host.record<Schemas['PassBody']>('pass', story.passId);
    expect(home).to.deep.include({ state: 'revoked', direction: 'visiting', partner: 'stjulians' });
    expect(home?.revocation).to.deep.include({ code: 'standing', text: 'Left.' });
    expect(guest).to.deep.include({ state: 'revoked', direction: 'hosting', partner: 'harbour' });
    expect(guest).not.to.have.property('revocation');
  });

  it('moves the place of a record with an act, and not its hash', async () => {
    const [pass] = await host.query<{ type: string; hash: Buffer; value_hash: Buffer }>(
      `SELECT r.hash, v.value_hash, e.type FROM projection.record r JOIN projection.version v ON v.key = 'pass/' || r.id AND v.is_current
         JOIN projection.event e ON (e.block, e.index) = (r.block, r.index) WHERE r.kind = 'pass' AND v.collection = 'own_StJuliansMSP'`,
    );
    expect(pass?.type).to.equal('passes.revoked');
    expect(pass?.hash).to.deep.equal(pass?.value_hash);
  });

  it('knows a visit by an id that stands in no block, unlike the hash of its key', async () => {
    const [row] = await harbour.query<{ id: string; key_hash: Buffer; body: Schemas['VisitBody']; tags: object }>(
      `SELECT r.id, r.body, r.tags, v.key_hash FROM projection.record r JOIN projection.version v ON v.key LIKE 'visit/%'
         WHERE r.kind = 'visit' AND v.is_current`,
    );
    expect(row?.id).to.match(/^[0-9a-f]{32}$/);
    expect(row?.key_hash.toString('hex')).not.to.contain(row?.id);
    expect(row?.body).to.deep.include({
      id: row?.id,
      state: 'checked-in',
      direction: 'visiting',
      partner: 'stjulians',
    });
    expect(row?.tags).to.deep.equal({
      state: 'checked-in',
      partner: 'stjulians',
      direction: 'visiting',
      agreement: story.agreementId,
      pass: story.passId,
      businessDate: world.date('stjulians'),
      host: 'stjulians',
      home: 'harbour',
    });
  });

  it('shows the clubs with what they say of themselves, the founding, terms and every version of a policy', async () => {
    const club = await orchard.record<Schemas['ClubBody']>('club', 'harbour');
    expect(club).to.include({ id: 'harbour', mspId: 'HarbourMSP', status: 'active' });
    expect(club?.directory).to.deep.include({ id: 'harbour', facilities: ['library'], revision: 1 });
    expect(await orchard.record('founding', 'founding')).to.have.all.keys('foundersHash', 'atMs');
    expect(await host.record('terms', `${story.agreementId}/1`)).to.deep.include({
      n: 1,
      agreementId: story.agreementId,
    });
    const versions = await orchard.query<{ id: string }>(
      `SELECT id FROM projection.record WHERE kind = 'policy' AND tags @> '{"name": "clock-bound-seconds"}' ORDER BY id`,
    );
    expect(versions.map(({ id }) => id)).to.deep.equal(['clock-bound-seconds/1', 'clock-bound-seconds/2']);
  });

  it('shows a proposal with the ballots, by club', async () => {
    const proposal = await orchard.record<Schemas['ProposalBody']>('proposal', vote.proposalId);
    expect(proposal).to.include({ state: 'executed', proposer: 'orchard' });
    expect(proposal?.ballots.map(({ club, choice }) => [club, choice])).to.deep.equal([
      ['harbour', 'for'],
      ['orchard', 'for'],
      ['stjulians', 'for'],
    ]);
  });

  it('makes each event a CloudEvent of this club, of the record as it was', async () => {
    const rows = await host.query<{ position: number; id: string; data: Schemas['Event'] }>(
      'SELECT position, id, data FROM projection.event ORDER BY position',
    );
    expect(rows.map(({ position }) => position)).to.deep.equal(rows.map((_, index) => index + 1));
    const event = rows.find(({ data }) => data.type === 'visits.checked-in');
    expect(event?.data.id).to.equal(event?.id);
    expect(event?.data).to.deep.include({
      specversion: '1.0',
      source: 'urn:reciprocal-clubs:stjulians',
      datacontenttype: 'application/json',
    });
    expect(event?.data.id).to.match(/^clubs:\d+:0:\d+$/);
    expect(event?.data.time).to.match(/^2026-06-10T12:.*Z$/);
    expect(event?.data.subject).to.match(/^visit\/[0-9a-f]{32}$/);
    expect(event?.data.data.record).to.include({ state: 'checked-in', passId: story.passId });
  });

  it('lists every transaction with its verdict, name and endorsers', async () => {
    const rows = await host.query<{ name: string; endorsers: string[]; creator_msp: string; code: number }>(
      'SELECT name, endorsers, creator_msp, code FROM projection.transaction ORDER BY block, index',
    );
    expect(rows).to.have.length(world.height);
    expect(rows[1]).to.deep.include({ name: 'clubs:found', creator_msp: 'HarbourMSP', code: 0 });
    expect(rows[2]).to.deep.include({ name: 'sealed:submit', creator_msp: 'HarbourMSP' });
    expect(rows[2]?.endorsers).to.have.members(['HarbourMSP', 'StJuliansMSP']);
  });

  it('sets nothing aside, misses nothing and logs nothing private', async () => {
    for (const listening of [harbour, host, orchard]) {
      expect(await listening.query('SELECT * FROM projection.quarantine')).to.deep.equal([]);
      expect(await listening.query('SELECT * FROM projection.missing')).to.deep.equal([]);
      expect(listening.alarms()).to.deep.equal([]);
      for (const secret of [story.passId, story.pseudonym]) expect(listening.logText()).not.to.contain(secret);
    }
  });

  it('makes the same of the ledger again when the projection is built anew', async () => {
    const again = await Listening.to(world, 'stjulians');
    await again.catchUp();
    expect(await again.projection()).to.deep.equal(await host.projection());
    await again.end();
  });
});
