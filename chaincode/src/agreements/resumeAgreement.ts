import { actKey } from '../ledger/acts';
import type { OwnContext } from '../ledger/context';
import { AlreadyDone } from '../ledger/refusal';
import type { Schemas } from '../ledger/schemas';
import { readAgreement, type Agreement } from './agreement';

/**
 * A party lifts its own suspension. The partner's, if there is one, stands.
 *
 * Deletes `act/suspend/<agreement>` in the actor's collection. Endorsed by the actor.
 *
 * @throws Refusal AGREEMENT_NOT_FOUND
 */
export async function resumeAgreement(ctx: OwnContext, request: Schemas['ResumeAgreement']): Promise<Agreement> {
  const agreement = await readAgreement(ctx.records, request.agreementId, request.parties);
  const own = ctx.own(ctx.caller.mspId);
  const key = actKey('suspend', agreement.id);
  if (!(await own.has(key))) throw new AlreadyDone(agreement);
  own.delete(key);
  return agreement;
}
