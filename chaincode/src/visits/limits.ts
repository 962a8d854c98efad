import type { Schemas } from '../ledger/schemas';
import { addDays, dayNumber } from '../clubs/calendar';
import type { DirectionTerms } from '../agreements/terms';

type Window = Schemas['Window'];

/** A limit that one more day would break: which one, what is used of it, and the next date on which a day is free. */
export interface LimitReached {
  limit: Schemas['Limit'] | { maxConsecutive: NonNullable<DirectionTerms['maxConsecutive']> };
  used: string[];
  nextOpenDate: string | null;
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
  for (const limit of terms.limits ?? []) {
    const used = fullestWindow(limit.window, counted, date);
    if (used.length + 1 > limit.max) return { limit, used, nextOpenDate: nextOpenDate(terms, counted, date) };
  }
  if (terms.maxConsecutive) {
    const run = consecutiveRun(counted, date);
    if (run.length + 1 > terms.maxConsecutive.max) {
      return {
        limit: { maxConsecutive: terms.maxConsecutive },
        used: run,
        nextOpenDate: nextOpenDate(terms, counted, date),
      };
    }
  }
  return undefined;
}

function allows(terms: DirectionTerms, counted: readonly string[], date: string): boolean {
  return (
    (terms.limits ?? []).every(({ window, max }) => fullestWindow(window, counted, date).length < max) &&
    (!terms.maxConsecutive || consecutiveRun(counted, date).length < terms.maxConsecutive.max)
  );
}

function nextOpenDate(terms: DirectionTerms, counted: readonly string[], date: string): string | null {
  for (let ahead = 1; ahead <= horizonDays; ahead += 1) {
    const candidate = addDays(date, ahead);
    if (!counted.includes(candidate) && allows(terms, counted, candidate)) return candidate;
  }
  return null;
}

/** Of all windows of this kind that hold `date`, the counted dates in the fullest one. */
function fullestWindow(window: Window, counted: readonly string[], date: string): string[] {
  if (window.kind === 'rolling') return fullestRolling(window.days, counted, date);
  return counted.filter((day) => periodOf(window, day) === periodOf(window, date));
}

function fullestRolling(days: number, counted: readonly string[], date: string): string[] {
  const at = dayNumber(date);
  const near = counted.filter((day) => Math.abs(dayNumber(day) - at) < days);
  // A fullest window can be slid forward until it starts on a counted date, or on the date itself.
  const starts = [...near.filter((day) => day <= date), date];
  const windows = starts.map((start) => near.filter((day) => day >= start && dayNumber(day) - dayNumber(start) < days));
  return windows.reduce((fullest, candidate) => (candidate.length > fullest.length ? candidate : fullest), []);
}

/** Name of the period that holds a day: equal names, same window. */
function periodOf(window: Exclude<Window, { kind: 'rolling' }>, day: string): string {
  switch (window.kind) {
    case 'calendar-month':
      return day.slice(0, 7);
    case 'calendar-year':
      return day.slice(0, 4);
    case 'year-starting':
      return String(Number(day.slice(0, 4)) - (day.slice(5) < window.monthDay ? 1 : 0));
    case 'stay':
      throw new Error('terms with a window of one stay are not accepted');
  }
}

/** The counted dates that `date` would join into one run without a gap, over month and year ends. */
function consecutiveRun(counted: readonly string[], date: string): string[] {
  const run: string[] = [];
  for (const step of [-1, 1]) {
    for (let day = addDays(date, step); counted.includes(day); day = addDays(day, step)) run.push(day);
  }
  return run.sort();
}
