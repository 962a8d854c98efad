import type { ErrorCode } from '@reciprocal-clubs/api/openapi/errors.generated.js';
import type { Schemas } from '@reciprocal-clubs/openapi/types';
import { expect } from 'chai';
import type { Club } from '../first/club.js';
import { addDays, newKey } from '../first/journey.js';
import { arrive, issuedPass, known, limit, made, nextMember } from '../given.js';
import { carriedOut, commandRefused, refused } from '../outcomes.js';
import { startedSystem, startPatienceMs, type System } from '../system.js';

describe('A visit over HTTP', () => {
  let system: System;
  let both: Club[];
  let today: string;

  before(async function () {
    this.timeout(startPatienceMs);
    system = await startedSystem();
    both = [system.harbour, system.stJulians];
    today = await system.stJulians.today();
  });

  const expected = (event?: string, created = false) => ({
    ...{ by: system.stJulians, role: 'front-desk' as const, created },
    address: ({ id }: { id: string }): string => `/visits/${id}`,
    event: event === undefined ? undefined : { type: event, at: both },
  });
  const leave = (by: Club, visitId: string) =>
    by.as('front-desk').POST('/visits/{visitId}/check-out', {
      params: { ...newKey(), path: { visitId } },
      body: {},
    });

  it("begins at the door, on the host's business date, and both clubs have it", async () => {
    const { harbour } = system;
    const pass = await issuedPass(system);
    const visit = await carriedOut(await arrive(system, { passId: pass.id }), expected('visits.checked-in', true));
    expect(visit).to.deep.include({ state: 'checked-in', businessDate: today, flags: [], direction: 'hosting' });
    const { data } = await harbour.as('auditor').GET('/visits/{visitId}', { params: { path: { visitId: visit.id } } });
    expect(data).to.deep.equal({ ...visit, direction: 'visiting', partner: system.stJulians.id });
  });

  it('is one visit, however often the visitor signs in, leaves and comes back on that date', async () => {
    const { id: passId } = await issuedPass(system);
    const visit = await carriedOut(await arrive(system, { passId }), expected('visits.checked-in', true));
    expect(await carriedOut(await arrive(system, { passId }), expected())).to.deep.equal(visit);
    const left = await carriedOut(await leave(system.stJulians, visit.id), expected('visits.checked-out'));
    expect(left).to.have.property('state', 'checked-out');
    expect(await carriedOut(await leave(system.stJulians, visit.id), expected())).to.deep.equal(left);
    const back = await carriedOut(await arrive(system, { passId }), expected('visits.reopened', true));
    expect(back).to.deep.include({ id: visit.id, state: 'checked-in' });
  });

  it('is refused where the pass does not admit', async () => {
    const { harbour, stJulians, orchard } = system;
    const {
      id: passId,
      memberNumber,
      later,
    } = await (async () => {
      const memberNumber = nextMember();
      const { id } = await issuedPass(system, { memberNumber });
      return { id, memberNumber, later: await issuedPass(system, { from: addDays(today, 1), to: addDays(today, 2) }) };
    })();
    const cases: [ErrorCode, Schemas['CheckInBody']][] = [
      ['PASS_NOT_FOUND', { passId: '0'.repeat(32) }],
      ['PASS_NOT_VALID', { passId: later.id }],
      ['BUSINESS_DATE_MISMATCH', { passId, businessDate: addDays(today, 1) }],
      ['BUSINESS_DATE_MISMATCH', { passId, businessDate: today, late: true }],
      ['BUSINESS_DATE_MISMATCH', { passId, businessDate: addDays(today, -1), late: false }],
      ['BUSINESS_DATE_MISMATCH', { passId, businessDate: '2026-02-30', late: true }],
      ['LATE_ENTRY_CLOSED', { passId, businessDate: addDays(today, -40) }],
    ];
    for (const [code, body] of cases) await commandRefused(code, stJulians, 'front-desk', await arrive(system, body));
    const own = await harbour.as('front-desk').POST('/visits', { params: newKey(), body: { passId } });
    await commandRefused('NOT_HOST_CLUB', harbour, 'front-desk', own);
    const stranger = await orchard.as('front-desk').POST('/visits', { params: newKey(), body: { passId } });
    await commandRefused('PASS_NOT_FOUND', orchard, 'front-desk', stranger);

    made(await arrive(system, { passId }));
    const second = await issuedPass(system, { memberNumber });
    await commandRefused('PASS_MISMATCH', stJulians, 'front-desk', await arrive(system, { passId: second.id }));
  });

  it('is refused at the limit, which only a manager of the host may go beyond; late entries count', async () => {
    const { stJulians } = system;
    const { id: passId } = await issuedPass(system, { from: addDays(today, -2), to: today });
    const needless = await arrive(system, { passId, override: 'goodwill' }, 'manager');
    await commandRefused('OVERRIDE_NOT_NEEDED', stJulians, 'manager', needless);
    const used = [addDays(today, -2), addDays(today, -1)];
    for (const businessDate of used) {
      const late = await carriedOut(
        await arrive(system, { passId, businessDate }),
        expected('visits.checked-in', true),
      );
      expect(late).to.deep.include({ state: 'checked-out', businessDate, flags: [] });
    }
    const details = await commandRefused('LIMIT_REACHED', stJulians, 'front-desk', await arrive(system, { passId }));
    expect(details).to.deep.equal({ limit, used, nextOpenDate: addDays(used[0] ?? '', 30) });
    const desk = await arrive(system, { passId, override: 'goodwill' });
    await commandRefused('OVERRIDE_NOT_ALLOWED', stJulians, 'front-desk', desk);
    const admitted = await carriedOut(await arrive(system, { passId, override: 'goodwill' }, 'manager'), {
      ...expected('visits.checked-in', true),
      role: 'manager',
    });
    expect(admitted).to.deep.include({ flags: ['over-limit'] });
    expect(admitted.override).to.deep.include({ actorRef: 'staff-manager', reason: 'goodwill' });
  });

  it('is one in every hand at once: desks that admit a member together stay within the limit', async () => {
    const { stJulians } = system;
    const pass = await issuedPass(system, { from: addDays(today, -2), to: today });
    const passId = pass.id;
    const dates = [today, today, today, addDays(today, -1), addDays(today, -2), today];
    const arrivals = await Promise.all(dates.map((businessDate) => arrive(system, { passId, businessDate })));
    for (const { error, response } of arrivals) if (error) refused('LIMIT_REACHED', response, error);
    const visits = arrivals.filter(({ data }) => data).map((arrival) => made(arrival));
    const kept = new Map(visits.map((visit) => [visit.id, visit]));
    const within = [...kept.values()].filter(({ flags }) => flags.length === 0);
    expect(within).to.have.length(2);
    expect([...kept.values()].filter(({ state, flags }) => state === 'checked-in' && flags.length > 0)).to.be.empty;
    const { data } = await stJulians.as('auditor').GET('/visits', { params: { query: { pass: passId } } });
    expect(data?.items.map(({ id }) => id)).to.have.members([...kept.keys()]);
  });

  it('is refused while the host is closed', async () => {
    const { stJulians } = system;
    const { id: passId } = await issuedPass(system);
    const close = async (closures: Schemas['Period'][]) => {
      const described = await stJulians.as('secretary').POST('/clubs/{clubId}/directory', {
        params: { ...newKey(), path: { clubId: stJulians.id } },
        body: { facilities: [], closures, keys: [], delegate: stJulians.delegateHash },
      });
      await known('clubs.described', both, described);
    };
    await close([{ from: today, to: today }]);
    const details = await commandRefused('CLOSED_TODAY', stJulians, 'front-desk', await arrive(system, { passId }));
    expect(details).to.deep.equal({ date: today });
    await close([]);
    made(await arrive(system, { passId }));
  });

  it('ends at the host that has it', async () => {
    const { harbour, stJulians, orchard } = system;
    const { id: passId } = await issuedPass(system);
    const { id } = made(await arrive(system, { passId }));
    await commandRefused('NOT_HOST_CLUB', harbour, 'front-desk', await leave(harbour, id));
    await commandRefused('VISIT_NOT_FOUND', orchard, 'front-desk', await leave(orchard, id));
    await commandRefused('VISIT_NOT_FOUND', stJulians, 'front-desk', await leave(stJulians, '0'.repeat(32)));
  });
});
