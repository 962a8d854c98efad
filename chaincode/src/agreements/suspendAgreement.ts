import { actKey } from '../ledger/acts';
import type { OwnContext } from '../ledger/context';
import { AlreadyDone } from '../ledger/refusal';
import type { Schemas } from '../ledger/schemas';
import { readAgreement } from './agreement';

/**
 * A party suspends the agreement alone: from now on nobody is admitted under it, in either direction.
 *
 * Reads `agreement` in the actor's half, writes `act/suspend/<agreement>` in its collection, which it may lift again. Endorsed by the
 * actor.
 *
 * @throws Refusal AGREEMENT_NOT_FOUND
 */
export async function suspendAgreement(ctx: OwnContext, request: Schemas['SuspendAgreement']): Promise<Schemas['Act']> {
  const { actor, agreementId, parties, code, text } = request;
  const agreement = await readAgreement(ctx.records, agreementId, parties);
  const own = ctx.own(ctx.caller.mspId);
  const key = actKey('suspend', agreement.id);
  if (await own.has(key)) throw new AlreadyDone(await own.get(key));
  return own.put(key, {
    kind: 'suspend',
    recordId: agreement.id,
    by: ctx.callerClub.id,
    actor,
    code,
    ...(text !== undefined && { text }),
    atMs: ctx.nowMs,
  });
}
