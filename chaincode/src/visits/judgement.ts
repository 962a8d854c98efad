import type { BilateralContext } from '../ledger/context';
import { Refusal } from '../ledger/refusal';
import type { Schemas } from '../ledger/schemas';
import { isSuspended, type Agreement } from '../agreements/agreement';
import type { DirectionTerms } from '../agreements/terms';
import { weekday } from '../clubs/calendar';
import { isRevoked, type Pass } from '../passes/pass';
import { limitReached, nextOpenDate } from './limits';
import type { Visit } from './visit';

type CheckIn = Schemas['CheckIn'];
type Flag = Schemas['VisitFlag'];

/** What a visit is judged by. */
export interface Ground {
  readonly agreement: Agreement;
  readonly pass: Pass;
  readonly terms: DirectionTerms;
  /** dates counted so far */
  readonly counted: readonly string[];
}

/** A rule that stands against a visit. */
interface Objection {
  readonly flag: Flag;
  readonly refusal: Refusal;
  /** whether a manager of the host may admit all the same: never against what the other club decided */
  readonly overridable: boolean;
}

/**
 * The rules that stand against a visit. Live, the first one refuses it, unless a manager of the host admits against it; of a late entry
 * all are recorded. What the visit keeps of that.
 *
 * @throws Refusal AGREEMENT_SUSPENDED, PASS_REVOKED, LIMIT_REACHED, CLOSED_TODAY, OVERRIDE_NOT_ALLOWED, OVERRIDE_NOT_NEEDED
 */
export async function judge(
  ctx: BilateralContext,
  request: CheckIn,
  ground: Ground,
): Promise<Pick<Visit, 'flags' | 'override'>> {
  const { actor, late, override: reason } = request;
  const objections = await objectionsTo(ctx, request, ground);
  const standing = objections.find(({ overridable }) => !overridable || reason === undefined);
  if (standing && !late) throw standing.refusal;
  const flags = objections.map(({ flag }) => flag).sort();
  if (reason === undefined) return { flags };
  if (actor.role !== 'manager') throw new Refusal('OVERRIDE_NOT_ALLOWED');
  if (!objections.some(({ overridable }) => overridable)) throw new Refusal('OVERRIDE_NOT_NEEDED');
  return { flags, override: { actorRef: actor.ref, role: actor.role, reason } };
}

async function objectionsTo(
  ctx: BilateralContext,
  request: CheckIn,
  { agreement, pass, terms, counted }: Ground,
): Promise<Objection[]> {
  const { businessDate: date } = request;
  const objections: Objection[] = [];
  if (await isSuspended(ctx, agreement)) {
    objections.push({ flag: 'agreement-suspended', refusal: new Refusal('AGREEMENT_SUSPENDED'), overridable: false });
  }
  if (await isRevoked(ctx, pass))
    objections.push({ flag: 'pass-revoked', refusal: new Refusal('PASS_REVOKED'), overridable: false });
  const reached = limitReached(terms, counted, date);
  if (reached) {
    const details = () => ({ ...reached, nextOpenDate: nextOpenDate(terms, counted, date) });
    objections.push({ flag: 'over-limit', refusal: new Refusal('LIMIT_REACHED', details), overridable: true });
  }
  if (await isClosed(ctx, request, terms)) {
    objections.push({ flag: 'closed', refusal: new Refusal('CLOSED_TODAY', { date }), overridable: true });
  }
  return objections;
}

async function isClosed(
  ctx: BilateralContext,
  { host, businessDate: date }: CheckIn,
  terms: DirectionTerms,
): Promise<boolean> {
  if (terms.weekdays && !terms.weekdays.includes(weekday(date))) return true;
  const closures = (await ctx.directory(host))?.closures ?? [];
  return [...closures, ...(terms.blackouts ?? [])].some(({ from, to }) => from <= date && date <= to);
}
