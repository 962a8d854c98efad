import { expect } from 'chai';
import fc from 'fast-check';
import { addDays, daysBetween } from '../../src/clubs/calendar';
import { limitReached, nextOpenDate } from '../../src/visits/limits';
import type { DirectionTerms } from '../../src/agreements/terms';

type Limit = NonNullable<DirectionTerms['limits']>[number];

const terms = (...limits: Limit[]): DirectionTerms => ({ host: 'stjulians', noticeDays: 0, limits });
const days = (window: Limit['window'], max: number): Limit => ({ unit: 'day', window, max });

describe('limits', () => {
  it('5 days in any 30: the sixth day waits until the first has left the window', () => {
    const counted = ['2025-06-01', '2025-06-05', '2025-06-10', '2025-06-15', '2025-06-20'];
    const reached = limitReached(terms(days({ kind: 'rolling', days: 30 }, 5)), counted, '2025-06-25');
    expect(reached?.used).to.deep.equal(counted);
    expect(nextOpenDate(terms(days({ kind: 'rolling', days: 30 }, 5)), counted, '2025-06-25')).to.equal('2025-07-01');
  });

  it('4 days a calendar month and 48 a calendar year apply together', () => {
    const both = terms(days({ kind: 'calendar-month' }, 4), days({ kind: 'calendar-year' }, 48));
    const fourEachMonth = Array.from({ length: 12 }, (_, month) =>
      [1, 2, 3, 4].map((day) => `2025-${String(month + 1).padStart(2, '0')}-0${day}`),
    ).flat();
    expect(limitReached(both, fourEachMonth.slice(0, 3), '2025-01-31')).to.equal(undefined);
    expect(nextOpenDate(both, fourEachMonth.slice(0, 4), '2025-01-31')).to.equal('2025-02-01');
    expect(nextOpenDate(both, fourEachMonth, '2025-12-31')).to.equal('2026-01-01');
  });

  it('a financial year starts on its own day', () => {
    const financial = terms(days({ kind: 'year-starting', monthDay: '04-01' }, 1));
    expect(limitReached(financial, ['2025-03-31'], '2025-04-01')).to.equal(undefined);
    expect(nextOpenDate(financial, ['2025-04-01'], '2026-03-31')).to.equal('2026-04-01');
  });

  it('consecutive days run over month and year ends', () => {
    const two: DirectionTerms = { host: 'stjulians', noticeDays: 0, maxConsecutive: { unit: 'day', max: 2 } };
    expect(limitReached(two, ['2025-12-30', '2025-12-31'], '2026-01-01')?.used).to.deep.equal([
      '2025-12-30',
      '2025-12-31',
    ]);
    expect(limitReached(two, ['2025-12-30'], '2026-01-01')).to.equal(undefined);
    expect(nextOpenDate(two, ['2025-12-30', '2026-01-01'], '2025-12-31')).to.equal('2026-01-02');
  });

  it('a late entry must not break the window of a later visit', () => {
    const two = terms(days({ kind: 'rolling', days: 3 }, 2));
    expect(limitReached(two, ['2025-06-03', '2025-06-04'], '2025-06-02')?.used).to.deep.equal([
      '2025-06-03',
      '2025-06-04',
    ]);
  });

  it('no window of any length ever holds more than its maximum, and nothing is refused without need', () => {
    const visits = fc.array(fc.integer({ min: 0, max: 60 }), { maxLength: 40 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 6 }), visits, (length, max, attempts) => {
        const rolling = terms(days({ kind: 'rolling', days: length }, max));
        const counted: string[] = [];
        for (const attempt of attempts) {
          const date = addDays('2025-01-01', attempt);
          if (counted.includes(date)) continue;
          const refused = limitReached(rolling, counted, date) !== undefined;
          expect(refused).to.equal(fullest([...counted, date], length) > max);
          if (!refused) counted.push(date);
        }
        expect(fullest(counted, length)).to.be.at.most(max);
      }),
    );
  });

  const fullest = (dates: readonly string[], length: number): number =>
    Math.max(
      0,
      ...dates.map((start) => dates.filter((date) => date >= start && daysBetween(start, date) < length).length),
    );
});
