import type { BilateralContext } from '../ledger/context';
import { AlreadyDone, Refusal } from '../ledger/refusal';
import { marked, refuseRepeat } from '../ledger/repeats';
import type { Schemas } from '../ledger/schemas';
import { isSuspended, judgingVersion, readAgreement } from '../agreements/agreement';
import { readDirection } from '../agreements/terms';
import { businessDate, businessDateEndMs } from '../clubs/businessDate';
import { isDate } from '../clubs/calendar';
import { readPass, requireNotRevoked, type Pass } from '../passes/pass';
import { judge } from './judgement';
import { countedWith, enter, isPresent, usageKey, visitKey, type Usage, type Visit } from './visit';

type CheckIn = Schemas['CheckIn'];

const hourMs = 3_600_000;

/**
 * The host admits a visiting member, or records late that it did. A second sign-in of one business date is the same visit; after
 * check-out it is opened again and counts nothing. A late entry is a fact of the past: it is kept, and flagged where a rule stood
 * against it.
 *
 * Reads `agreement`, `terms`, `pass`, `usage`, `visit` and the presence of `act/revoke`, `act/suspend` and `presence`; writes `visit`,
 * `usage` in both parties' collections and `presence` in the home club's. Endorsed by both.
 *
 * @throws Refusal NOT_HOST_CLUB, AGREEMENT_NOT_FOUND, AGREEMENT_NOT_ACTIVE, AGREEMENT_SUSPENDED, PASS_NOT_FOUND, PASS_MISMATCH,
 *   PASS_NOT_VALID, PASS_REVOKED, BUSINESS_DATE_MISMATCH, LATE_ENTRY_CLOSED, CLOSED_TODAY, LIMIT_REACHED, PRESENT_ELSEWHERE,
 *   OVERRIDE_NOT_ALLOWED, OVERRIDE_NOT_NEEDED
 */
export async function checkIn(ctx: BilateralContext, request: CheckIn): Promise<Visit> {
  const { businessDate: date, commandId } = request;
  if (ctx.callerClub.id !== request.host) throw new Refusal('NOT_HOST_CLUB');
  const key = visitKey(request, date);
  const present = await ctx.records.get(key);
  if (present) refuseRepeat(present, commandId, ctx.requestHash);
  requireDate(ctx, request);
  const pass = await readPass(ctx, request);
  if (present) return reenter(ctx, request, pass, present);

  const agreement = await readAgreement(ctx.records, request.agreementId, [request.home, request.host]);
  if (date < pass.from || date > pass.to) throw new Refusal('PASS_NOT_VALID', { from: pass.from, to: pass.to });
  const version = judgingVersion(agreement, date, pass.version);
  const terms = await readDirection(ctx.records, agreement, version, request.host);
  const usage = await ctx.records.get(usageKey(request));
  const judged = await judge(ctx, request, { agreement, pass, terms, counted: usage?.days ?? [] });
  count(ctx, pass, usage, date);
  if (!request.late) await admit(ctx, pass, date);
  const { actor, commandId: _, override: __, ...visit } = request;
  return ctx.records.put(key, {
    ...visit,
    version: version.n,
    state: request.late ? 'checked-out' : 'checked-in',
    ...judged,
    checkedInAtMs: ctx.nowMs,
    checkedInBy: actor,
    commands: marked([], commandId, ctx.requestHash),
  });
}

/** Live: the host's business date now. Late: an earlier one, within the policy's window. */
function requireDate(ctx: BilateralContext, { businessDate: date, late }: CheckIn): void {
  const today = businessDate(ctx.callerClub, ctx.nowMs);
  if (!isDate(date) || (late ? date >= today : date !== today)) throw new Refusal('BUSINESS_DATE_MISMATCH', { today });
  if (!late) return;
  const windowHours = ctx.policy('late-entry-hours');
  if (businessDateEndMs(ctx.callerClub, date) + windowHours * hourMs < ctx.nowMs)
    throw new Refusal('LATE_ENTRY_CLOSED', { windowHours });
}

/** The same visit, on the same pass. */
async function reenter(ctx: BilateralContext, request: CheckIn, pass: Pass, present: Visit): Promise<Visit> {
  if (present.passId !== pass.id) throw new Refusal('PASS_MISMATCH');
  if (present.state === 'checked-in' || request.late) throw new AlreadyDone(present);
  await requireNotRevoked(ctx, pass);
  const agreement = await readAgreement(ctx.records, request.agreementId, [request.home, request.host]);
  if (await isSuspended(ctx, agreement)) throw new Refusal('AGREEMENT_SUSPENDED');
  await admit(ctx, pass, present.businessDate);
  const { checkedOutAtMs: _at, checkedOutBy: _by, ...open } = present;
  return ctx.records.put(visitKey(present, present.businessDate), {
    ...open,
    state: 'checked-in',
    commands: marked(present.commands, request.commandId, ctx.requestHash),
  });
}

async function admit(ctx: BilateralContext, pass: Pass, date: string): Promise<void> {
  if (await isPresent(ctx, pass, date)) throw new Refusal('PRESENT_ELSEWHERE');
  await enter(ctx, pass, date);
}

function count(ctx: BilateralContext, pass: Pass, usage: Usage | undefined, date: string): void {
  const { agreementId, home, host, pseudonym } = pass;
  ctx.records.put(usageKey(pass), { agreementId, home, host, pseudonym, days: countedWith(usage?.days ?? [], date) });
}
