import type { BilateralContext } from '../ledger/context';
import { Refusal } from '../ledger/refusal';
import { marked, refuseRepeat } from '../ledger/repeats';
import type { Schemas } from '../ledger/schemas';
import { agreementKey, openVersion, readAgreement, type Agreement } from './agreement';

/**
 * Accepts the very terms that were proposed, by their hash. From the version's effective date the agreement is active.
 *
 * Reads and writes `agreement` in both parties' collections. Endorsed by both.
 *
 * @throws Refusal AGREEMENT_NOT_FOUND, AGREEMENT_NOT_OPEN, OWN_PROPOSAL, TERMS_HASH_MISMATCH
 */
export async function acceptAgreement(ctx: BilateralContext, request: Schemas['AcceptAgreement']): Promise<Agreement> {
  const agreement = await readAgreement(ctx.records, request.agreementId, request.parties);
  refuseRepeat(agreement, request.commandId, ctx.requestHash);
  const open = openVersion(agreement);
  if (open.proposedBy === ctx.callerClub.id) throw new Refusal('OWN_PROPOSAL');
  if (open.termsHash !== request.termsHash) throw new Refusal('TERMS_HASH_MISMATCH', { proposed: open.termsHash });
  const accepted = { ...open, acceptedBy: ctx.callerClub.id, acceptedAtMs: ctx.nowMs };
  return ctx.records.put(agreementKey(agreement.id), {
    ...agreement,
    state: 'active',
    turn: null,
    activeVersion: accepted.n,
    versions: [...agreement.versions.slice(0, -1), accepted],
    commands: marked(agreement.commands, request.commandId, ctx.requestHash),
  });
}
