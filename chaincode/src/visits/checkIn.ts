import type { BilateralContext } from '../ledger/context';
import { AlreadyDone, Refusal } from '../ledger/refusal';
import { marked, refuseRepeat } from '../ledger/repeats';
import type { Schemas } from '../ledger/schemas';
import { judgingVersion, readAgreement, requireNotSuspended } from '../agreements/agreement';
import { readDirection, type DirectionTerms } from '../agreements/terms';
import { businessDate, businessDateEndMs } from '../clubs/businessDate';
import { isDate, weekday } from '../clubs/calendar';
import { readPass, requireNotRevoked, type Pass } from '../passes/pass';
import { limitReached } from './limits';
import { countedWith, enter, isPresent, usageKey, visitKey, type Usage, type Visit } from './visit';

type CheckIn = Schemas['CheckIn'];

/**
 * The host admits a visiting member, or records late that it did. A second sign-in of one business date is the same visit; after
 * check-out it is opened again and counts nothing. A late entry is a fact of the past: it is kept and flagged when over a limit.
 *
 * Reads `agreement`, `terms`, `pass`, `usage`, `visit` and the presence of `act/revoke`, `act/suspend` and `presence`; writes `visit`,
 * `usage` in both parties' collections and `presence` in the home club's. Endorsed by both.
 *
 * @throws Refusal NOT_HOST_CLUB, AGREEMENT_NOT_FOUND, AGREEMENT_NOT_ACTIVE, AGREEMENT_SUSPENDED, PASS_NOT_FOUND, PASS_MISMATCH,
 *   PASS_NOT_VALID, PASS_REVOKED, BUSINESS_DATE_MISMATCH, LATE_ENTRY_CLOSED, CLOSED_TODAY, LIMIT_REACHED, PRESENT_ELSEWHERE,
 *   OVERRIDE_NOT_ALLOWED, OVERRIDE_NOT_NEEDED
 */
export async function checkIn(ctx: BilateralContext, request: CheckIn): Promise<Visit> {
  const { agreementId, pseudonym, businessDate: date, commandId } = request;
  if (ctx.callerClub.id !== request.host) throw new Refusal('NOT_HOST_CLUB');
  requireDate(ctx, request);
  const agreement = await readAgreement(ctx.records, agreementId, [request.home, request.host]);
  await requireNotSuspended(ctx, agreement);
  const pass = await readPass(ctx, request);
  const key = visitKey(agreementId, pseudonym, date);
  const present = await ctx.records.get(key);
  if (present) {
    refuseRepeat(present, commandId, ctx.requestHash);
    return reenter(ctx, request, pass, present);
  }
  await requireNotRevoked(ctx, pass);
  if (date < pass.from || date > pass.to) throw new Refusal('PASS_NOT_VALID', { from: pass.from, to: pass.to });
  const version = judgingVersion(agreement, date, pass.version);
  const terms = await readDirection(ctx.records, agreement, version, request.host);
  const usage = await ctx.records.get(usageKey(agreementId, pseudonym));
  const judged = await judge(ctx, request, terms, usage);
  await count(ctx, pass, usage, date);
  if (!request.late) await admit(ctx, pass, date);
  return ctx.records.put(key, {
    ...visitOf(request),
    version: version.n,
    state: request.late ? 'checked-out' : 'checked-in',
    ...judged,
    checkedInAtMs: ctx.nowMs,
    checkedInBy: request.actor,
    commands: marked([], commandId, ctx.requestHash),
  });
}

const visitOf = ({ agreementId, passId, home, host, pseudonym, businessDate: date, late }: CheckIn) => ({
  agreementId,
  passId,
  home,
  host,
  pseudonym,
  businessDate: date,
  late,
});

/** Live: the host's business date now. Late: an earlier one, within the policy's window. */
function requireDate(ctx: BilateralContext, { businessDate: date, late }: CheckIn): void {
  const today = businessDate(ctx.callerClub, ctx.nowMs);
  if (!late) {
    if (date !== today) throw new Refusal('BUSINESS_DATE_MISMATCH', { today });
    return;
  }
  if (!isDate(date) || date >= today) throw new Refusal('BUSINESS_DATE_MISMATCH', { today });
  const windowHours = ctx.policy('late-entry-hours');
  if (businessDateEndMs(ctx.callerClub, date) + windowHours * 3_600_000 < ctx.nowMs)
    throw new Refusal('LATE_ENTRY_CLOSED', { windowHours });
}

async function reenter(ctx: BilateralContext, request: CheckIn, pass: Pass, present: Visit): Promise<Visit> {
  if (present.state === 'checked-in' || request.late) throw new AlreadyDone(present);
  await requireNotRevoked(ctx, pass);
  await admit(ctx, pass, present.businessDate);
  const { checkedOutAtMs: _at, checkedOutBy: _by, ...open } = present;
  return ctx.records.put(visitKey(present.agreementId, present.pseudonym, present.businessDate), {
    ...open,
    state: 'checked-in',
    commands: marked(present.commands, request.commandId, ctx.requestHash),
  });
}

async function admit(ctx: BilateralContext, pass: Pass, date: string): Promise<void> {
  if (await isPresent(ctx, pass, date)) throw new Refusal('PRESENT_ELSEWHERE');
  await enter(ctx, pass, date);
}

/** The terms and closures of the host, against which a manager may admit; and what the visit records of that. */
async function judge(
  ctx: BilateralContext,
  request: CheckIn,
  terms: DirectionTerms,
  usage: Usage | undefined,
): Promise<Pick<Visit, 'overLimit' | 'override'>> {
  const reached = limitReached(terms, usage?.days ?? [], request.businessDate);
  const objection = reached
    ? new Refusal('LIMIT_REACHED', { ...reached })
    : (await isClosed(ctx, request, terms))
      ? new Refusal('CLOSED_TODAY', { date: request.businessDate })
      : undefined;
  const overLimit = reached !== undefined;
  if (request.override === undefined) {
    if (objection && !request.late) throw objection;
    return { overLimit };
  }
  if (request.actor.role !== 'manager') throw new Refusal('OVERRIDE_NOT_ALLOWED');
  if (!objection) throw new Refusal('OVERRIDE_NOT_NEEDED');
  return { overLimit, override: { actorRef: request.actor.ref, role: request.actor.role, reason: request.override } };
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

async function count(ctx: BilateralContext, pass: Pass, usage: Usage | undefined, date: string): Promise<void> {
  const { agreementId, home, host, pseudonym } = pass;
  ctx.records.put(usageKey(agreementId, pseudonym), {
    agreementId,
    home,
    host,
    pseudonym,
    days: countedWith(usage?.days ?? [], date),
  });
}
