import type { BilateralContext } from '../ledger/context';
import { Refusal } from '../ledger/refusal';
import { requireActive } from '../ledger/registry';
import { refuseTaken } from '../ledger/repeats';
import type { Schemas } from '../ledger/schemas';
import { isSuspended, judgingVersion, readAgreement } from '../agreements/agreement';
import { readDirection, type DirectionTerms } from '../agreements/terms';
import { businessDate } from '../clubs/businessDate';
import { daysBetween, isDate } from '../clubs/calendar';
import { requireRecentDate } from '../clubs/recentDate';
import { passKey, type Pass } from './pass';

type IssuePass = Schemas['IssuePass'];

/**
 * The home club introduces a member to a host, for these dates. What can be known at home is refused at home, not at the door.
 *
 * Reads `agreement`, `terms`, writes `pass` in both parties' collections. Endorsed by both.
 *
 * @throws Refusal NOT_HOME_CLUB, CLUB_NOT_ACTIVE, AGREEMENT_NOT_FOUND, AGREEMENT_NOT_ACTIVE, AGREEMENT_SUSPENDED, PASS_DATES_INVALID, DATE_OUT_OF_WINDOW,
 *   NOTICE_TOO_SHORT, CATEGORY_NOT_ELIGIBLE, RESIDENCY_EXCLUDED, PARTY_TOO_LARGE, ID_TAKEN
 */
export async function issuePass(ctx: BilateralContext, request: IssuePass): Promise<Pass> {
  const { actor, commandId, passId, ...fields } = request;
  if (ctx.callerClub.id !== request.home) throw new Refusal('NOT_HOME_CLUB');
  const host = await ctx.club(request.host);
  requireActive(host);
  refuseTaken(await ctx.records.get(passKey(passId)), commandId, ctx.requestHash);
  const agreement = await readAgreement(ctx.records, request.agreementId, [request.home, request.host]);
  if (!isDate(request.from) || !isDate(request.to) || request.to < request.from)
    throw new Refusal('PASS_DATES_INVALID');
  if (await isSuspended(ctx, agreement)) throw new Refusal('AGREEMENT_SUSPENDED');
  requireRecentDate(ctx, host, request.from);
  const version = judgingVersion(agreement, request.from);
  const terms = await readDirection(ctx.records, agreement, version, request.host);
  requireTermsAllow(terms, request, businessDate(host, ctx.nowMs));
  return ctx.records.put(passKey(passId), {
    id: passId,
    ...fields,
    version: version.n,
    state: 'issued',
    issuedAtMs: ctx.nowMs,
    issuedBy: actor,
    commands: [{ id: commandId, requestHash: ctx.requestHash }],
  });
}

function requireTermsAllow(terms: DirectionTerms, request: IssuePass, today: string): void {
  const days = daysBetween(request.from, request.to) + 1;
  if (terms.letterValidityDays !== undefined && days > terms.letterValidityDays) {
    throw new Refusal('PASS_DATES_INVALID', { letterValidityDays: terms.letterValidityDays });
  }
  if (terms.advanceNoticeDays !== undefined && daysBetween(today, request.from) < terms.advanceNoticeDays) {
    throw new Refusal('NOTICE_TOO_SHORT', { advanceNoticeDays: terms.advanceNoticeDays });
  }
  if (terms.eligibleCategories && !terms.eligibleCategories.includes(request.category)) {
    throw new Refusal('CATEGORY_NOT_ELIGIBLE', { eligibleCategories: terms.eligibleCategories });
  }
  if (terms.residencyExclusionKm !== undefined && !request.residentOk) {
    throw new Refusal('RESIDENCY_EXCLUDED', { residencyExclusionKm: terms.residencyExclusionKm });
  }
  const { family, guests } = request.party;
  if (terms.family && family > terms.family.partners + terms.family.children)
    throw new Refusal('PARTY_TOO_LARGE', { ...terms.family });
  if (terms.guests && guests > terms.guests.perVisit) throw new Refusal('PARTY_TOO_LARGE', { ...terms.guests });
}
