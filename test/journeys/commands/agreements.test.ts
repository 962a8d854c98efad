import type { ErrorCode } from '@reciprocal-clubs/api/openapi/errors.generated.js';
import type { Schemas } from '@reciprocal-clubs/openapi/types';
import { expect } from 'chai';
import type { Club } from '../first/club.js';
import { addDays, newKey } from '../first/journey.js';
import { arrive, introduction, issuedPass, limit, made, termsOf } from '../given.js';
import { carriedOut, commandRefused } from '../outcomes.js';
import { startedSystem, startPatienceMs, type System } from '../system.js';

type Direction = Schemas['DirectionTerms'];

describe('An agreement over HTTP', () => {
  let system: System;
  let both: Club[];
  let today: string;
  let proposed: Schemas['AgreementView'];

  before(async function () {
    this.timeout(startPatienceMs);
    system = await startedSystem();
    both = [system.harbour, system.stJulians];
    today = await system.stJulians.today();
  });

  const address = ({ id }: { id: string }): string => `/agreements/${id}`;
  const propose = (more: Partial<Schemas['ProposeAgreementBody']> = {}) => {
    const { harbour, stJulians } = system;
    const effectiveFrom = addDays(today, -2);
    const body = { partner: stJulians.id, effectiveFrom, terms: termsOf(harbour, stJulians), ...more };
    return harbour.as('manager').POST('/agreements', { params: newKey(), body });
  };
  const path = () => ({ agreementId: proposed.id });
  const termsHash = (): string => proposed.versions[0]?.termsHash ?? '';
  const accept = (by: Club, hash = termsHash(), of = path()) =>
    by.as('manager').POST('/agreements/{agreementId}/accept', {
      params: { ...newKey(), path: of },
      body: { termsHash: hash },
    });
  const suspend = (by: Club, of = path()) =>
    by.as('manager').POST('/agreements/{agreementId}/suspend', {
      params: { ...newKey(), path: of },
      body: { code: 'capacity', text: 'The house is full.' },
    });
  const resume = (by: Club, of = path()) =>
    by.as('manager').POST('/agreements/{agreementId}/resume', { params: { ...newKey(), path: of }, body: {} });
  const withDirection = (more: Partial<Direction>): { terms: Schemas['Terms'] } => {
    const [first, second] = termsOf(system.harbour, system.stJulians).directions;
    if (!first || !second) throw new Error('terms have two directions');
    return { terms: { directions: [first, { ...second, ...more }] } };
  };

  it('is refused for what it would contradict, leave unkept or come too late for', async () => {
    const unsupported: Partial<Direction>[] = [
      { limits: [{ ...limit, unit: 'hour' }] },
      { payment: { kind: 'home-account', ceilingMinor: 1, currency: 'GBP' } },
      { dailyCapacity: 3 },
    ];
    const cases: [ErrorCode, Partial<Schemas['ProposeAgreementBody']>][] = [
      ['PARTNER_IS_SELF', { partner: system.harbour.id }],
      ['CLUB_NOT_FOUND', { partner: 'nowhere' }],
      ['TERMS_CONTRADICT', withDirection({ host: 'nowhere' })],
      ['TERMS_CONTRADICT', withDirection({ blackouts: [{ from: '2026-02-30', to: '2026-03-01' }] })],
      ...unsupported.map((more): [ErrorCode, Partial<Schemas['ProposeAgreementBody']>] => [
        'TERMS_UNSUPPORTED',
        withDirection(more),
      ]),
      ['DATE_OUT_OF_WINDOW', { effectiveFrom: addDays(today, -5) }],
      ['ZONE_NOT_COVERED', { effectiveFrom: '2024-06-01' }],
    ];
    for (const [code, more] of cases) await commandRefused(code, system.harbour, 'manager', await propose(more));
  });

  it('is proposed: both clubs have it and its terms, the third has neither', async () => {
    const { harbour, stJulians, orchard } = system;
    proposed = await carriedOut(await propose(), {
      ...{ by: harbour, role: 'manager', address, created: true },
      event: { type: 'agreements.proposed', at: both },
    });
    expect(proposed).to.deep.include({ state: 'proposed', turn: stJulians.id, partner: stJulians.id, suspendedBy: [] });
    const terms = { params: { path: { agreementId: proposed.id, n: 1 } } };
    for (const club of both) {
      const { data } = await club.as('auditor').GET('/agreements/{agreementId}/terms/{n}', terms);
      expect(data?.terms).to.deep.equal(termsOf(harbour, stJulians));
    }
    expect((await orchard.as('auditor').GET('/agreements/{agreementId}/terms/{n}', terms)).response.status).to.equal(
      404,
    );
  });

  it('that is only proposed carries no pass, and stands against another proposal', async () => {
    const { harbour, stJulians } = system;
    const body = { agreementId: proposed.id, memberNumber: 'HRB-1', category: 'full', from: today, to: today };
    const party = { family: 0, guests: 0 };
    const pass = { params: newKey(), body: { ...body, party, residentOk: true } };
    await commandRefused(
      'AGREEMENT_NOT_ACTIVE',
      harbour,
      'secretary',
      await harbour.as('secretary').POST('/passes', pass),
    );
    const details = await commandRefused('AGREEMENT_LIVE', harbour, 'manager', await propose());
    expect(details).to.deep.equal({ agreementId: proposed.id, state: 'proposed' });
    const back = await stJulians.as('manager').POST('/agreements', {
      params: newKey(),
      body: { partner: harbour.id, effectiveFrom: today, terms: termsOf(harbour, stJulians) },
    });
    await commandRefused('AGREEMENT_LIVE', stJulians, 'manager', back);
  });

  it('is accepted by the partner, by the hash of its terms', async () => {
    const { harbour, stJulians, orchard } = system;
    await commandRefused('OWN_PROPOSAL', harbour, 'manager', await accept(harbour));
    const other = await commandRefused(
      'TERMS_HASH_MISMATCH',
      stJulians,
      'manager',
      await accept(stJulians, '0'.repeat(64)),
    );
    expect(other).to.deep.equal({ proposed: termsHash() });
    await commandRefused('AGREEMENT_NOT_FOUND', orchard, 'manager', await accept(orchard));
    const unknown = { agreementId: '0'.repeat(32) };
    await commandRefused('AGREEMENT_NOT_FOUND', stJulians, 'manager', await accept(stJulians, termsHash(), unknown));
    const accepted = await carriedOut(await accept(stJulians), {
      ...{ by: stJulians, role: 'manager', address },
      event: { type: 'agreements.accepted', at: both },
    });
    expect(accepted).to.deep.include({ id: proposed.id, state: 'active', activeVersion: 1, turn: null });
    await commandRefused('AGREEMENT_NOT_OPEN', stJulians, 'manager', await accept(stJulians));
  });

  it('is suspended and resumed by either party alone; a second time nothing changes', async () => {
    const { harbour, stJulians, orchard } = system;
    const pass = await issuedPass(system);
    const expected = (type?: string) => ({
      ...{ by: stJulians, role: 'manager' as const, address },
      event: type === undefined ? undefined : { type, at: both },
    });
    const suspended = await carriedOut(await suspend(stJulians), expected('agreements.suspended'));
    expect(suspended).to.deep.include({ state: 'active', suspendedBy: [stJulians.id] });
    expect(await carriedOut(await suspend(stJulians), expected())).to.deep.equal(suspended);
    const issue = await harbour.as('secretary').POST('/passes', { params: newKey(), body: await introduction(system) });
    await commandRefused('AGREEMENT_SUSPENDED', harbour, 'secretary', issue);
    const arrived = await arrive(system, { passId: pass.id });
    await commandRefused('AGREEMENT_SUSPENDED', stJulians, 'front-desk', arrived);

    const resumed = await carriedOut(await resume(stJulians), expected('agreements.resumed'));
    expect(resumed).to.deep.include({ state: 'active', suspendedBy: [] });
    expect(await carriedOut(await resume(stJulians), expected())).to.deep.equal(resumed);
    expect(made(await arrive(system, { passId: pass.id }))).to.have.property('state', 'checked-in');

    for (const change of [suspend, resume]) {
      await commandRefused('AGREEMENT_NOT_FOUND', orchard, 'manager', await change(orchard));
      const unknown = { agreementId: '0'.repeat(32) };
      await commandRefused('AGREEMENT_NOT_FOUND', harbour, 'manager', await change(harbour, unknown));
    }
  });
});
