import { expect } from 'chai';
import fc from 'fast-check';
import { businessDate, businessDateEndMs } from '../../src/clubs/businessDate';
import { addDays, dateOfDay, dayNumber, isDate, weekday } from '../../src/clubs/calendar';
import type { Club } from '../../src/ledger/registry';

const offsets = (list: [string, number][]) =>
  list.map(([at, offsetMinutes]) => ({ fromMs: Date.parse(at), offsetMinutes }));

const london: Club = {
  v: 1,
  id: 'stjulians',
  status: 'active',
  statusFromMs: 0,
  legalName: "St Julian's",
  mspId: 'StJuliansMSP',
  country: 'GB',
  currency: 'GBP',
  rollHour: 4,
  zone: {
    name: 'Europe/London',
    offsets: offsets([
      ['2025-01-01T00:00Z', 0],
      ['2025-03-30T01:00Z', 60],
      ['2025-10-26T01:00Z', 0],
    ]),
  },
};

describe('the calendar', () => {
  it("agrees with the host's on every day of four centuries", () => {
    for (let day = dayNumber('1900-01-01'); day <= dayNumber('2300-12-31'); day += 1) {
      const date = new Date(day * 86_400_000);
      expect(dateOfDay(day)).to.equal(date.toISOString().slice(0, 10));
      expect(weekday(dateOfDay(day))).to.equal(['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'][date.getUTCDay()]);
    }
  });

  it('knows which dates there are', () => {
    expect(['2024-02-29', '2000-02-29'].map(isDate)).to.deep.equal([true, true]);
    expect(['2023-02-29', '1900-02-29', '2025-04-31'].map(isDate)).to.deep.equal([false, false, false]);
  });
});

describe('the business date', () => {
  const at = (utc: string): string => businessDate(london, Date.parse(utc));

  it("rolls at the club's hour of local time, not at midnight", () => {
    expect(at('2025-02-01T03:59:59Z')).to.equal('2025-01-31');
    expect(at('2025-02-01T04:00:00Z')).to.equal('2025-02-01');
  });

  it("follows the club's own clock through summer time", () => {
    expect(at('2025-07-01T02:59:59Z')).to.equal('2025-06-30');
    expect(at('2025-07-01T03:00:00Z')).to.equal('2025-07-01');
  });

  it('is 23 hours long in spring and 25 in autumn', () => {
    const hours = (date: string): number =>
      (businessDateEndMs(london, date) - businessDateEndMs(london, addDays(date, -1))) / 3_600_000;
    expect([hours('2025-03-29'), hours('2025-07-01'), hours('2025-10-25')]).to.deep.equal([23, 24, 25]);
  });

  it('ends where the next one begins', () => {
    const moments = fc.integer({ min: Date.parse('2025-01-02T00:00Z'), max: Date.parse('2026-06-01T00:00Z') });
    fc.assert(
      fc.property(moments, (nowMs) => {
        const date = businessDate(london, nowMs);
        const endMs = businessDateEndMs(london, date);
        expect(endMs).to.be.greaterThan(nowMs);
        expect(businessDate(london, endMs)).to.equal(addDays(date, 1));
        expect(businessDate(london, endMs - 1)).to.equal(date);
      }),
    );
  });

  it('is refused where the registry has no offset', () => {
    expect(() => at('2024-12-31T23:00:00Z')).to.throw('ZONE_NOT_COVERED');
  });
});
