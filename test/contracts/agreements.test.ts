import { expect } from 'chai';
import { agreed, founded, id, proposal } from './given.js';
import type { World } from './world.js';

const parties = ['harbour', 'stjulians'];
const actor = { ref: 'staff-1', role: 'manager' };

describe('an agreement', () => {
  it("is proposed: pair, agreement and terms in both halves under both clubs' policy, and nothing else", async () => {
    const world = await founded();
    const request = proposal(world);
    const receipt = await world.command('harbour', 'agreements.propose', request);
    const keys = [`agreement/${request.agreementId}`, 'pair/harbour/stjulians', `terms/${request.agreementId}/1`];
    expect(receipt.validationCode).to.equal(0);
    expect(receipt.consortiumWrites).to.deep.equal([]);
    expect(receipt.event).to.equal(undefined);
    expect(receipt.collections(keys)).to.deep.equal({
      own_HarbourMSP: { writes: keys, deletes: [], policies: keys },
      own_StJuliansMSP: { writes: keys, deletes: [], policies: keys },
    });
    expect(receipt.endorsers).to.deep.equal(['HarbourMSP', 'StJuliansMSP']);
    expect(receipt.result).to.include({ state: 'proposed', turn: 'stjulians', activeVersion: null });
  });

  it('is accepted by its hash: one record changes, its policy stays', async () => {
    const world = await founded();
    const request = proposal(world);
    const proposed = await world.command('harbour', 'agreements.propose', request);
    const receipt = await world.command('stjulians', 'agreements.accept', acceptance(request, termsHash(proposed)));
    const keys = [`agreement/${request.agreementId}`];
    expect(receipt.validationCode).to.equal(0);
    expect(receipt.collections(keys)).to.deep.equal({
      own_HarbourMSP: { writes: keys, deletes: [], policies: [] },
      own_StJuliansMSP: { writes: keys, deletes: [], policies: [] },
    });
    expect(receipt.result).to.include({ state: 'active', turn: null, activeVersion: 1 });
    expect(await world.list('harbour', 'agreement')).to.deep.equal(await world.list('stjulians', 'agreement'));
  });

  it('is refused by every endorser to whoever may not propose or accept it', async () => {
    const world = await founded();
    const request = proposal(world);
    await world.expectRefusal('PARTNER_IS_SELF', () =>
      world.command('harbour', 'agreements.propose', { ...request, parties: ['harbour', 'harbour'] }),
    );
    await world.expectRefusal('NOT_A_PARTY', () => world.command('orchard', 'agreements.propose', request));
    await world.expectRefusal('ROLE_NOT_ALLOWED', () =>
      world.command('harbour', 'agreements.propose', { ...request, actor: { ...actor, role: 'front-desk' } }),
    );
    const hash = termsHash(await world.command('harbour', 'agreements.propose', request));
    await world.expectRefusal('OWN_PROPOSAL', () =>
      world.command('harbour', 'agreements.accept', acceptance(request, hash)),
    );
    await world.expectRefusal('TERMS_HASH_MISMATCH', () =>
      world.command('stjulians', 'agreements.accept', acceptance(request, '0'.repeat(64))),
    );
    await world.expectRefusal('NOT_A_PARTY', () =>
      world.command('orchard', 'agreements.accept', acceptance(request, hash)),
    );
    await world.expectRefusal('DIVERGED', () =>
      world.command('orchard', 'agreements.accept', { ...acceptance(request, hash), parties: ['harbour', 'orchard'] }),
    );
    await world.expectRefusal('AGREEMENT_NOT_FOUND', () =>
      world.command('stjulians', 'agreements.accept', { ...acceptance(request, hash), agreementId: id() }),
    );
    await world.command('stjulians', 'agreements.accept', acceptance(request, hash));
    await world.expectRefusal('AGREEMENT_NOT_OPEN', () =>
      world.command('stjulians', 'agreements.accept', acceptance(request, hash)),
    );
  });

  it('is the only live one of its pair', async () => {
    const { world } = await agreed();
    await world.expectRefusal('AGREEMENT_LIVE', () =>
      world.command('stjulians', 'agreements.propose', proposal(world)),
    );
    const other = await world.command(
      'harbour',
      'agreements.propose',
      proposal(world, { parties: ['harbour', 'orchard'], host: 'orchard' }),
    );
    expect(other.validationCode).to.equal(0);
  });

  it('asked for twice is made once; the same id with another body is refused', async () => {
    const world = await founded();
    const request = proposal(world);
    await world.command('harbour', 'agreements.propose', request);
    const again = await world.command('harbour', 'agreements.propose', request);
    expect(again.prepared.outcome).to.equal('unchanged');
    expect(again.blockNumber).to.equal(undefined);
    await world.expectRefusal('ALREADY_DONE', () =>
      world.command('harbour', 'agreements.propose', request, { force: true }),
    );
    await world.expectRefusal('IDEMPOTENCY_MISMATCH', () =>
      world.command('harbour', 'agreements.propose', { ...request, effectiveFrom: world.date(1) }),
    );
    await world.expectRefusal('ID_TAKEN', () =>
      world.command('harbour', 'agreements.propose', { ...request, commandId: id() }),
    );
  });

  it('is not made of terms that contradict themselves or that nobody would enforce', async () => {
    const world = await founded();
    const request = proposal(world);
    const withDirection = (more: object) => ({
      ...request,
      terms: { directions: request.terms.directions.map((direction) => ({ ...direction, ...more })) },
    });
    for (const [more, pointer] of [
      [{ hours: { from: '09:00', to: '17:00' } }, '/directions/0/hours'],
      [{ dailyCapacity: 5 }, '/directions/0/dailyCapacity'],
      [{ payment: { kind: 'home-account', ceilingMinor: 1, currency: 'USD' } }, '/directions/0/payment'],
      [{ limits: [{ unit: 'round', window: { kind: 'calendar-year' }, max: 6 }] }, '/directions/0/limits/0'],
      [{ maxConsecutive: { unit: 'night', max: 2 } }, '/directions/0/maxConsecutive'],
    ] as const) {
      const details = await world.expectRefusal('TERMS_UNSUPPORTED', () =>
        world.command('harbour', 'agreements.propose', withDirection(more)),
      );
      expect(details).to.have.nested.property('faults[0].pointer', pointer);
    }
    await world.expectRefusal('TERMS_CONTRADICT', () =>
      world.command('harbour', 'agreements.propose', withDirection({ host: 'harbour' })),
    );
    await world.expectRefusal('TERMS_CONTRADICT', () =>
      world.command(
        'harbour',
        'agreements.propose',
        withDirection({ blackouts: [{ from: '2025-05-02', to: '2025-05-01' }] }),
      ),
    );
    await world.expectRefusal('INVALID_REQUEST', () =>
      world.command('harbour', 'agreements.propose', withDirection({ unknown: true })),
    );
    await world.expectRefusal('DATE_OUT_OF_WINDOW', () =>
      world.command('harbour', 'agreements.propose', { ...request, effectiveFrom: world.date(-5) }),
    );
  });

  it('is suspended and resumed by either party alone', async () => {
    const { world, agreementId } = await agreed();
    const act = { actor, parties, agreementId };
    const suspended = await world.command('stjulians', 'agreements.suspend', { ...act, code: 'conduct' });
    const key = `act/suspend/${agreementId}`;
    expect(suspended.endorsers).to.deep.equal(['StJuliansMSP']);
    expect(suspended.collections([key])).to.deep.equal({
      own_StJuliansMSP: { writes: [key], deletes: [], policies: [] },
    });
    expect(
      (await world.command('stjulians', 'agreements.suspend', { ...act, code: 'debt' })).prepared.outcome,
    ).to.equal('unchanged');
    const resumed = await world.command('stjulians', 'agreements.resume', act);
    expect(resumed.collections([key])).to.deep.equal({
      own_StJuliansMSP: { writes: [], deletes: [key], policies: [] },
    });
    await world.expectRefusal('NOT_A_PARTY', () =>
      world.command('orchard', 'agreements.suspend', { ...act, code: 'conduct' }),
    );
  });

  const acceptance = (request: { agreementId: string }, hash: string) => ({
    actor,
    parties,
    commandId: id(),
    agreementId: request.agreementId,
    termsHash: hash,
  });
  const termsHash = (receipt: Awaited<ReturnType<World['command']>>): string =>
    (receipt.result as { versions: [{ termsHash: string }] }).versions[0].termsHash;
});
