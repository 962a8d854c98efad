import type { BilateralContext } from '../ledger/context';
import { sha256Hex } from '../ledger/hash';
import { keyKind, type Key } from '../ledger/keys';
import type { Schemas } from '../ledger/schemas';
import { addDays } from '../clubs/calendar';
import type { Pass } from '../passes/pass';

const visitKeyKind = keyKind('visit', 'bilateral', 'Visit', 4);
const usageKeyKind = keyKind('usage', 'bilateral', 'Usage', 3);
const presenceKeyKind = keyKind('presence', 'own', 'Presence', 1);

export type Visit = Schemas['Visit'];
export type Usage = Schemas['Usage'];

/** Whose visits to which host, under which agreement. The host stands in the keys: what a member does there counts there alone. */
type Stay = Pick<Visit, 'agreementId' | 'host' | 'pseudonym'>;

export const visitKey = ({ agreementId, host, pseudonym }: Stay, businessDate: string): Key<'Visit'> =>
  visitKeyKind(agreementId, host, pseudonym, businessDate);

export const usageKey = ({ agreementId, host, pseudonym }: Stay): Key<'Usage'> =>
  usageKeyKind(agreementId, host, pseudonym);

/** Longer than any window of the terms: a year that starts on any day, and the one before. */
const keptDays = 740;

/** The day's presence of a member, wherever: passes of one member that overlap share the tag, which home and the hosts know. */
export const presenceKey = (pass: Pass, businessDate: string): Key<'Presence'> =>
  presenceKeyKind(sha256Hex(`${pass.exclusionTag}/${businessDate}`));

/** The days counted, with one more; pruned to what a window can need. */
export function countedWith(days: readonly string[], date: string): string[] {
  const oldest = addDays(days.at(-1) ?? date, -keptDays);
  return [...new Set([...days, date])].filter((day) => day >= oldest).sort();
}

/** The member is here: a second host is refused until check-out, or until the home club clears it. */
export async function enter(ctx: BilateralContext, pass: Pass, businessDate: string): Promise<void> {
  const { mspId } = await ctx.club(pass.home);
  const { home, host, agreementId, pseudonym } = pass;
  ctx.own(mspId).put(presenceKey(pass, businessDate), { home, host, agreementId, pseudonym, businessDate });
}

export async function isPresent(ctx: BilateralContext, pass: Pass, businessDate: string): Promise<boolean> {
  const { mspId } = await ctx.club(pass.home);
  return ctx.own(mspId).has(presenceKey(pass, businessDate));
}

export async function leave(ctx: BilateralContext, pass: Pass, businessDate: string): Promise<void> {
  const { mspId } = await ctx.club(pass.home);
  if (await isPresent(ctx, pass, businessDate)) ctx.own(mspId).delete(presenceKey(pass, businessDate));
}
