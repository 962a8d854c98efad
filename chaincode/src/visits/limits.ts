import type { Schemas } from '../ledger/schemas';
import { dateOfDay, dayNumber } from '../clubs/calendar';
import type { DirectionTerms } from '../agreements/terms';

type Window = Schemas['Window'];

/** A limit that one more day would break, and the counted dates that fill it. */
export interface LimitReached {
  limit: Schemas['Limit'] | { maxConsecutive: NonNullable<DirectionTerms['maxConsecutive']> };
  used: string[];
}

/** Farther than any window reaches: a date that stays closed so long never opens. */
const horizonDays = 740;

/**
 * The first limit of the terms that counting `date` would break, given the dates counted so far; undefined when all limits allow it.
 * All limits apply together. Dates after `date` count too: a late entry must not break the window of a later visit.
 */
export function limitReached(
  terms: DirectionTerms,
  counted: readonly string[],
  date: string,
): LimitReached | undefined {
  return reachedOn(terms, ascending(counted), dayNumber(date));
}

/** The next date after `date` on which no limit would be broken; null when there is none in any window's reach. */
export function nextOpenDate(terms: DirectionTerms, counted: readonly string[], date: string): string | null {
  const days = ascending(counted);
  const taken = new Set(days);
  const from = dayNumber(date);
  for (let day = from + 1; day <= from + horizonDays; day += 1) {
    if (!taken.has(day) && !reachedOn(terms, days, day)) return dateOfDay(day);
  }
  return null;
}

function reachedOn(terms: DirectionTerms, days: readonly number[], day: number): LimitReached | undefined {
  for (const limit of terms.limits ?? []) {
    const used = fullestWindow(limit.window, days, day);
    if (used.length + 1 > limit.max) return { limit, used: used.map(dateOfDay) };
  }
  const { maxConsecutive } = terms;
  const run = maxConsecutive ? consecutiveRun(days, day) : [];
  if (maxConsecutive && run.length + 1 > maxConsecutive.max)
    return { limit: { maxConsecutive }, used: run.map(dateOfDay) };
  return undefined;
}

const ascending = (dates: readonly string[]): number[] => dates.map(dayNumber).sort((a, b) => a - b);

/** Of all windows of this kind that hold the day, the counted days in the fullest one. */
function fullestWindow(window: Window, days: readonly number[], day: number): readonly number[] {
  if (window.kind === 'rolling') return fullestRolling(window.days, days, day);
  const period = periodOf(window, dateOfDay(day));
  return days.filter((other) => periodOf(window, dateOfDay(other)) === period);
}

/** Slides a window of this length over the days near, from the last one that ends on `day` to the one that starts on it. */
function fullestRolling(length: number, days: readonly number[], day: number): readonly number[] {
  const near = days.filter((other) => Math.abs(other - day) < length);
  let best: readonly number[] = [];
  let end = 0;
  for (let start = 0; start <= near.length; start += 1) {
    const first = Math.min(near[start] ?? day, day);
    while (end < near.length && (near[end] ?? day) < first + length) end += 1;
    if (end - start > best.length) best = near.slice(start, end);
    if (first === day) break;
  }
  return best;
}

/** Name of the period that holds a date: equal names, same window. */
function periodOf(window: Exclude<Window, { kind: 'rolling' }>, date: string): string {
  switch (window.kind) {
    case 'calendar-month':
      return date.slice(0, 7);
    case 'calendar-year':
      return date.slice(0, 4);
    case 'year-starting':
      return String(Number(date.slice(0, 4)) - (date.slice(5) < window.monthDay ? 1 : 0));
    case 'stay':
      throw new Error('terms with a window of one stay are not accepted');
  }
}

/** The counted days that `day` would join into one run without a gap, over month and year ends. */
function consecutiveRun(days: readonly number[], day: number): number[] {
  const counted = new Set(days);
  const run: number[] = [];
  for (const step of [-1, 1]) {
    for (let other = day + step; counted.has(other); other += step) run.push(other);
  }
  return run.sort((a, b) => a - b);
}
