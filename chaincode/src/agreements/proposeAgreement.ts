import type { BilateralContext } from '../ledger/context';
import { Refusal } from '../ledger/refusal';
import { refuseTaken } from '../ledger/repeats';
import { requireActive } from '../ledger/registry';
import type { Schemas } from '../ledger/schemas';
import { requireRecentDate } from '../clubs/recentDate';
import { agreementKey, isLive, pairKey, termsKey, type Agreement } from './agreement';
import { hashOfTerms, requireTerms } from './terms';

/**
 * Proposes an agreement with its first version of terms. Proposing is the proposer's acceptance; the partner's turn is next.
 *
 * Reads and writes `pair`, `agreement`, `terms/.../1` in both parties' collections. Endorsed by both.
 *
 * @throws Refusal PARTNER_IS_SELF, CLUB_NOT_ACTIVE, AGREEMENT_LIVE, TERMS_CONTRADICT, TERMS_UNSUPPORTED, DATE_OUT_OF_WINDOW, ID_TAKEN
 */
export async function proposeAgreement(
  ctx: BilateralContext,
  request: Schemas['ProposeAgreement'],
): Promise<Agreement> {
  const { agreementId, commandId, terms, effectiveFrom } = request;
  const parties = [...request.parties].sort();
  const [lower, higher] = parties;
  if (lower === undefined || higher === undefined) throw new Refusal('PARTNER_IS_SELF');
  const partner = lower === ctx.callerClub.id ? higher : lower;
  requireActive(await ctx.club(partner));

  const key = agreementKey(agreementId);
  refuseTaken(await ctx.records.get(key), commandId, ctx.requestHash);
  const pair = await ctx.records.get(pairKey(lower, higher));
  if (pair?.agreementId) {
    const present = await ctx.records.get(agreementKey(pair.agreementId));
    if (present && isLive(present))
      throw new Refusal('AGREEMENT_LIVE', { agreementId: present.id, state: present.state });
  }
  requireTerms(terms, parties, ctx.policy('minimum-notice-days'));
  requireRecentDate(ctx, ctx.callerClub, effectiveFrom);

  await ctx.records.get(termsKey(agreementId, '1'));
  ctx.records.put(termsKey(agreementId, '1'), { agreementId, parties, n: 1, terms });
  ctx.records.put(pairKey(lower, higher), { parties, agreementId });
  return ctx.records.put(key, {
    id: agreementId,
    parties,
    state: 'proposed',
    turn: partner,
    activeVersion: null,
    versions: [
      {
        n: 1,
        termsHash: hashOfTerms(terms),
        proposedBy: ctx.callerClub.id,
        proposedAtMs: ctx.nowMs,
        effectiveFrom,
        honourIssuedPasses: true,
      },
    ],
    commands: [{ id: commandId, requestHash: ctx.requestHash }],
  });
}
