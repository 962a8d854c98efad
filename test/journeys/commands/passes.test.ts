import type { ErrorCode } from '@reciprocal-clubs/api/openapi/errors.generated.js';
import type { Schemas } from '@reciprocal-clubs/openapi/types';
import { expect } from 'chai';
import type { Club } from '../first/club.js';
import { addDays, newKey } from '../first/journey.js';
import { arrive, introduction, issuedPass, nextMember } from '../given.js';
import { carriedOut, commandRefused } from '../outcomes.js';
import { startedSystem, startPatienceMs, type System } from '../system.js';

describe('A pass over HTTP', () => {
  let system: System;
  let both: Club[];
  let today: string;

  before(async function () {
    this.timeout(startPatienceMs);
    system = await startedSystem();
    both = [system.harbour, system.stJulians];
    today = await system.stJulians.today();
  });

  const address = ({ id }: { id: string }): string => `/passes/${id}`;
  const issue = async (more: Partial<Schemas['IssuePassBody']> = {}) =>
    system.harbour.as('secretary').POST('/passes', { params: newKey(), body: await introduction(system, more) });
  const revoke = (by: Club, passId: string) =>
    by.as('secretary').POST('/passes/{passId}/revoke', {
      params: { ...newKey(), path: { passId } },
      body: { code: 'standing', text: 'Dues unpaid.' },
    });

  it('is issued under a pseudonym: the member number stays at home', async () => {
    const { harbour, stJulians } = system;
    const memberNumber = nextMember();
    const pass = await carriedOut(await issue({ memberNumber }), {
      ...{ by: harbour, role: 'secretary', address, created: true },
      event: { type: 'passes.issued', at: both },
    });
    expect(pass).to.deep.include({ state: 'issued', direction: 'visiting', home: harbour.id, host: stJulians.id });
    expect(JSON.stringify(pass)).not.to.include(memberNumber);
    const { data } = await stJulians
      .as('front-desk')
      .GET('/passes/{passId}', { params: { path: { passId: pass.id } } });
    expect(data).to.deep.equal({ ...pass, direction: 'hosting', partner: harbour.id });
  });

  it('names a member by one pseudonym, however it is asked for, and by one tag while passes overlap', async () => {
    const memberNumber = nextMember();
    const [first, second] = await Promise.all([
      issuedPass(system, { memberNumber }),
      issuedPass(system, { memberNumber }),
    ]);
    expect(second).to.deep.include({ pseudonym: first?.pseudonym, exclusionTag: first?.exclusionTag });
    const other = await issuedPass(system);
    expect(other.pseudonym).not.to.equal(first?.pseudonym);
    expect(other.exclusionTag).not.to.equal(first?.exclusionTag);
  });

  it('is refused at home for what is known at home', async () => {
    const { harbour, stJulians } = system;
    const cases: [ErrorCode, Partial<Schemas['IssuePassBody']>][] = [
      ['AGREEMENT_NOT_FOUND', { agreementId: '0'.repeat(32) }],
      ['AGREEMENT_NOT_ACTIVE', { from: addDays(today, -3), to: today }],
      ['CATEGORY_NOT_ELIGIBLE', { category: 'social' }],
      ['RESIDENCY_EXCLUDED', { residentOk: false }],
      ['PASS_DATES_INVALID', { from: addDays(today, 3), to: addDays(today, 2) }],
      ['PASS_DATES_INVALID', { to: addDays(today, 30) }],
      ['PASS_DATES_INVALID', { to: '2027-02-30' }],
      ['DATE_OUT_OF_WINDOW', { from: addDays(today, -4) }],
      ['PARTY_TOO_LARGE', { party: { family: 4, guests: 0 } }],
      ['PARTY_TOO_LARGE', { party: { family: 0, guests: 4 } }],
    ];
    for (const [code, more] of cases) await commandRefused(code, harbour, 'secretary', await issue(more));
    const noticed = await harbour.today();
    const body = { ...(await introduction(system)), from: addDays(noticed, 1), to: addDays(noticed, 2) };
    const soon = await stJulians.as('secretary').POST('/passes', { params: newKey(), body });
    const details = await commandRefused('NOTICE_TOO_SHORT', stJulians, 'secretary', soon);
    expect(details).to.deep.equal({ advanceNoticeDays: 2 });
  });

  it('is of the two clubs alone: a third that learnt an id learns nothing', async () => {
    const { orchard } = system;
    const body = await introduction(system);
    const stranger = await orchard.as('secretary').POST('/passes', { params: newKey(), body });
    await commandRefused('AGREEMENT_NOT_FOUND', orchard, 'secretary', stranger);
    const pass = await issuedPass(system);
    const params = { params: { path: { passId: pass.id } } };
    const known = await orchard.as('auditor').GET('/passes/{passId}', params);
    const unknown = await orchard
      .as('auditor')
      .GET('/passes/{passId}', { params: { path: { passId: '0'.repeat(32) } } });
    expect(known.error).to.deep.include({ code: 'RECORD_NOT_FOUND', status: 404 });
    const { correlationId: _, ...said } = known.error as Schemas['Problem'];
    expect(unknown.error).to.deep.include(said);
    await commandRefused('PASS_NOT_FOUND', orchard, 'secretary', await revoke(orchard, pass.id));
  });

  it('is revoked by home alone and for good; the host learns that it was, and not why', async () => {
    const { harbour, stJulians } = system;
    const pass = await issuedPass(system);
    await commandRefused('NOT_HOME_CLUB', stJulians, 'secretary', await revoke(stJulians, pass.id));
    await commandRefused('PASS_NOT_FOUND', harbour, 'secretary', await revoke(harbour, '0'.repeat(32)));
    const expected = { by: harbour, role: 'secretary' as const, address };
    const revoked = await carriedOut(await revoke(harbour, pass.id), {
      ...expected,
      event: { type: 'passes.revoked', at: both },
    });
    expect(revoked).to.have.property('state', 'revoked');
    expect(revoked.revocation).to.deep.include({ code: 'standing', text: 'Dues unpaid.' });
    const atHost = await stJulians.as('front-desk').GET('/passes/{passId}', { params: { path: { passId: pass.id } } });
    expect(atHost.data).to.have.property('state', 'revoked');
    expect(atHost.data).not.to.have.property('revocation');
    expect(await carriedOut(await revoke(harbour, pass.id), { ...expected, event: undefined })).to.deep.equal(revoked);
    await commandRefused('PASS_REVOKED', stJulians, 'front-desk', await arrive(system, { passId: pass.id }));
  });
});
