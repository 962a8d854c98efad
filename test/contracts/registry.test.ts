import { expect } from 'chai';
import { clubIds, mspOf } from './clubs.js';
import { founded, proposal } from './given.js';
import { World } from './world.js';

describe('the registry', () => {
  it('is founded once, by any founder, from the list in the package', async () => {
    const world = await World.start();
    const receipt = await world.submit('orchard', 'clubs:found');
    expect(receipt.validationCode).to.equal(0);
    expect(receipt.consortiumWrites).to.deep.equal(
      [
        'founding',
        'registry',
        'policies',
        ...clubIds.map((id) => `club/${id}`),
        ...[
          'clock-bound-seconds',
          'execution-delay-hours',
          'execution-window-hours',
          'late-entry-hours',
          'minimum-notice-days',
          'minimum-voting-hours',
        ].map((name) => `policy/${name}/1`),
      ].sort(),
    );
    expect(receipt.event).to.have.nested.property('changes[0].change', 'founded');
    const registry = await world.read('harbour', 'clubs:registry');
    expect(registry)
      .to.have.property('clubs')
      .deep.equal(clubIds.map((id) => ({ id, mspId: mspOf(id) })));
    await world.expectRefusal('ALREADY_FOUNDED', () => world.submit('harbour', 'clubs:found'));
  });

  it('does nothing for anybody before', async () => {
    const world = await World.start();
    await world.expectRefusal('NOT_FOUNDED', () => world.submit('harbour', 'clubs:describe', entry(world, 'harbour')));
    const prepared = await world.prepare('harbour', 'agreements.resume', {
      actor: actor('manager'),
      parties: ['harbour', 'orchard'],
      agreementId: '0'.repeat(32),
    });
    expect(prepared.refusal?.code).to.equal('NOT_FOUNDED');
  });

  it("holds each club's directory entry, which only that club can write", async () => {
    const world = await founded();
    const receipt = await world.submit('harbour', 'clubs:describe', entry(world, 'harbour'));
    expect(receipt.validationCode).to.equal(0);
    expect(receipt.consortiumWrites).to.deep.equal(['directory/harbour']);
    expect(receipt.keyPolicies).to.deep.equal(['directory/harbour']);
    expect(receipt.event).to.deep.equal({ changes: [{ slice: 'clubs', change: 'described', id: 'harbour' }] });
    await world.expectRefusal('NOT_YOUR_CLUB', () =>
      world.submit('orchard', 'clubs:describe', entry(world, 'harbour')),
    );
  });

  it('lets a club change its entry alone, and lets no majority do it', async () => {
    const world = await founded();
    await world.submit('harbour', 'clubs:describe', entry(world, 'harbour'));
    const again = await world.submit(
      'harbour',
      'clubs:describe',
      { ...entry(world, 'harbour'), dressCode: 'Black tie.' },
      { endorsers: ['harbour'] },
    );
    expect(again.validationCode).to.equal(0);
    expect(again.result).to.include({ revision: 2, dressCode: 'Black tie.' });
    const without = await world.submit('harbour', 'clubs:describe', entry(world, 'harbour'), {
      endorsers: ['stjulians', 'orchard', 'fjord'],
    });
    expect(without.validationCode).to.equal(10);
  });

  it('is written by a majority and not by fewer', async () => {
    const world = await World.start();
    expect(
      (await world.submit('harbour', 'clubs:found', undefined, { endorsers: ['harbour', 'orchard'] })).validationCode,
    ).to.equal(10);
    expect(
      (await world.submit('harbour', 'clubs:found', undefined, { endorsers: ['harbour', 'orchard', 'fjord'] }))
        .validationCode,
    ).to.equal(0);
  });

  it("takes business from clients only, in a role that may, at a time near the peers' clocks", async () => {
    const world = await founded();
    const describe =
      (more: object, options: object = {}) =>
      () =>
        world.submit('harbour', 'clubs:describe', { ...entry(world, 'harbour'), ...more }, options);
    await world.expectRefusal('NOT_A_CLIENT', describe({}, { as: 'admin' }));
    await world.expectRefusal('ROLE_NOT_ALLOWED', describe({ actor: actor('front-desk') }));
    await world.expectRefusal('CLOCK_OUT_OF_BOUNDS', describe({}, { atMs: world.nowMs + 600_000 }));
    await world.expectRefusal('INVALID_REQUEST', describe({ unknown: 1 }));
    await world.expectRefusal('INVALID_REQUEST', describe({ keys: [{ kid: 'a' }] }));
    await world.expectRefusal('REQUEST_TOO_LARGE', describe({ dressCode: 'x'.repeat(70_000) }));
    await world.expectRefusal('UNKNOWN_COMMAND', () => world.submit('harbour', 'clubs:anything'));
  });

  it('knows no club that is not there, and no organisation that is none', async () => {
    const world = await founded();
    expect(await world.read('harbour', 'clubs:club', 'nowhere')).to.equal(null);
    await world.expectRefusal('INVALID_REQUEST', () => world.read('harbour', 'clubs:club', 'a/b'));
    const prepared = await world.prepare('harbour', 'agreements.resume', {
      actor: actor('manager'),
      parties: ['harbour', 'nowhere'],
      agreementId: '0'.repeat(32),
    });
    expect(prepared.refusal?.code).to.equal('CLUB_NOT_FOUND');
  });

  it('takes no business from an organisation of the channel that is no club', async () => {
    const world = await World.start({ without: ['lagoon'] });
    await world.expectRefusal('NOT_REGISTERED', () => world.submit('lagoon', 'clubs:found'));
    await world.submit('harbour', 'clubs:found');
    await world.expectRefusal('NOT_REGISTERED', () => world.submit('lagoon', 'clubs:describe', entry(world, 'lagoon')));
  });

  it('holds a club that is suspended to what it may still do', async () => {
    const world = await founded();
    await world.suspend('lagoon');
    await world.expectRefusal('CLUB_NOT_ACTIVE', () =>
      world.submit('lagoon', 'clubs:describe', entry(world, 'lagoon')),
    );
    await world.expectRefusal('CLUB_NOT_ACTIVE', () =>
      world.command('harbour', 'agreements.propose', proposal(world, { parties: ['harbour', 'lagoon'] })),
    );
  });

  const actor = (role: string) => ({ ref: 'staff-1', role });
  const entry = (world: World, club: string) => ({
    actor: actor('secretary'),
    club,
    facilities: ['library'],
    closures: [],
    keys: [],
    delegate: world.delegateHash(club),
  });
});
