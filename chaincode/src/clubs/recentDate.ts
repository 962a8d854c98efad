import type { BilateralContext } from '../ledger/context';
import { Refusal } from '../ledger/refusal';
import type { Club } from '../ledger/registry';
import { businessDateEndMs } from './businessDate';
import { isDate } from './calendar';

const hourMs = 3_600_000;

/**
 * A date of a club may lie back no further than late entries may: everything that judges a past visit must have been possible to agree by then.
 *
 * @throws Refusal DATE_OUT_OF_WINDOW
 */
export function requireRecentDate(ctx: Pick<BilateralContext, 'nowMs' | 'policy'>, club: Club, date: string): void {
  const windowHours = ctx.policy('late-entry-hours');
  if (!isDate(date) || businessDateEndMs(club, date) + windowHours * hourMs < ctx.nowMs) {
    throw new Refusal('DATE_OUT_OF_WINDOW', { windowHours });
  }
}
