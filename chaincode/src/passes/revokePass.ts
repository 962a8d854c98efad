import { actKey } from '../ledger/acts';
import type { OwnContext } from '../ledger/context';
import { allOf } from '../ledger/keyPolicy';
import { AlreadyDone, Refusal } from '../ledger/refusal';
import type { Schemas } from '../ledger/schemas';
import { passKey } from './pass';

/**
 * The home club withdraws an introduction, alone: the host's peer may be down. It cannot be taken back, so the key carries the policy
 * AND(home, host) from its creation.
 *
 * Reads `pass` in the home club's half, writes `act/revoke/<pass>` in its collection. Endorsed by the home club.
 *
 * @throws Refusal NOT_HOME_CLUB, PASS_NOT_FOUND
 */
export async function revokePass(ctx: OwnContext, request: Schemas['RevokePass']): Promise<Schemas['Act']> {
  const { actor, home, host, passId, code, text } = request;
  if (ctx.callerClub.id !== home) throw new Refusal('NOT_HOME_CLUB');
  const pass = await ctx.records.get(passKey(passId));
  if (pass?.home !== home || pass.host !== host) throw new Refusal('PASS_NOT_FOUND');
  const own = ctx.own(ctx.caller.mspId);
  const key = actKey('revoke', passId);
  if (await own.has(key)) throw new AlreadyDone(await own.get(key));
  const { mspId: hostMsp } = await ctx.club(host);
  return own.put(
    key,
    { kind: 'revoke', recordId: passId, by: home, actor, code, ...(text !== undefined && { text }), atMs: ctx.nowMs },
    allOf([ctx.caller.mspId, hostMsp]),
  );
}
