import type { Schemas } from '@reciprocal-clubs/openapi/types';
import { expect } from 'chai';
import type { Club } from './first/club.js';
import { newKey } from './first/journey.js';
import { known, made } from './given.js';
import { commandRefused } from './outcomes.js';
import { startedSystem, startPatienceMs, type System } from './system.js';

const memberNumber = 'TWO-1';

describe('A member of one club at the doors of two', () => {
  let system: System;
  let home: Club;
  let hosts: [Club, Club];
  let today: string;

  before(async function () {
    this.timeout(startPatienceMs);
    system = await startedSystem();
    ({ home, hosts, today } = await sameDate(system.clubs));
  });

  const introduce = async (host: Club): Promise<Schemas['PassView']> => {
    const { id: agreementId } = await agreementOf(home, host);
    const body = { agreementId, memberNumber, category: 'full', from: today, to: today };
    const party = { family: 0, guests: 0 };
    const pass = await home.as('secretary').POST('/passes', {
      params: newKey(),
      body: { ...body, party, residentOk: true },
    });
    return known('passes.issued', [host], pass);
  };
  const arrive = (host: Club, passId: string) =>
    host.as('front-desk').POST('/visits', { params: newKey(), body: { passId } });
  const leave = (host: Club, visitId: string) =>
    host.as('front-desk').POST('/visits/{visitId}/check-out', {
      params: { ...newKey(), path: { visitId } },
      body: {},
    });

  it('is admitted at one at a time; the hosts cannot tell who it is by what they hold', async () => {
    const [first, second] = hosts;
    const here = await introduce(first);
    const there = await introduce(second);
    expect(there.exclusionTag).to.equal(here.exclusionTag);
    expect(there.pseudonym).not.to.equal(here.pseudonym);
    const visit = made(await arrive(first, here.id));
    await commandRefused('PRESENT_ELSEWHERE', second, 'front-desk', await arrive(second, there.id));
    made(await leave(first, visit.id));
    expect(made(await arrive(second, there.id))).to.have.property('state', 'checked-in');
  });
});

/** Two clubs whose business date is the same just now, and the third: whatever the hour is, there are two. */
async function sameDate(clubs: readonly Club[]): Promise<{ home: Club; hosts: [Club, Club]; today: string }> {
  const dates = new Map<Club, string>();
  for (const club of clubs) dates.set(club, await club.today());
  for (const home of clubs) {
    const [first, second] = clubs.filter((club) => club !== home);
    const today = first && dates.get(first);
    if (first && second && today !== undefined && today === dates.get(second))
      return { home, hosts: [first, second], today };
  }
  throw new Error('no two clubs have the same business date');
}

/** An agreement of these two that is in force; made unless there is one. */
async function agreementOf(home: Club, host: Club): Promise<{ id: string }> {
  const query = { partner: host.id, state: 'active' as const };
  const { data } = await home.as('manager').GET('/agreements', { params: { query } });
  const [live] = data?.items ?? [];
  if (live) return live;
  const directions = [home, host].map(({ id }) => ({ host: id, noticeDays: 30 }));
  const proposed = await home.as('manager').POST('/agreements', {
    params: newKey(),
    body: { partner: host.id, effectiveFrom: await host.today(), terms: { directions } },
  });
  const { id: agreementId, versions } = await known('agreements.proposed', [host], proposed);
  const accepted = await host.as('manager').POST('/agreements/{agreementId}/accept', {
    params: { ...newKey(), path: { agreementId } },
    body: { termsHash: versions[0]?.termsHash ?? '' },
  });
  return known('agreements.accepted', [home], accepted);
}
