import { Refusal } from '../ledger/refusal';
import type { Club } from '../ledger/registry';
import { addDays, dateAtMs, startOfDateMs } from './calendar';

const minuteMs = 60_000;
const hourMs = 3_600_000;

/**
 * The host's operating day at a moment. It rolls at the club's hour of local time, so 02:00 belongs to the day before (domain.md).
 *
 * @throws Refusal ZONE_NOT_COVERED when the registry's offset transitions start later
 */
export function businessDate(club: Club, nowMs: number): string {
  return dateAtMs(nowMs + offsetMs(club, nowMs) - club.rollHour * hourMs);
}

/** The moment at which a business date is over. @throws Refusal ZONE_NOT_COVERED */
export function businessDateEndMs(club: Club, date: string): number {
  const localMs = startOfDateMs(addDays(date, 1)) + club.rollHour * hourMs;
  // The offset depends on the moment sought: guess with the offset of that wall-clock reading taken as UTC, then settle.
  const guessMs = localMs - offsetMs(club, localMs);
  return localMs - offsetMs(club, guessMs);
}

function offsetMs(club: Club, atMs: number): number {
  const transition = club.zone.offsets.filter(({ fromMs }) => fromMs <= atMs).at(-1);
  if (!transition) throw new Refusal('ZONE_NOT_COVERED', { club: club.id });
  return transition.offsetMinutes * minuteMs;
}
