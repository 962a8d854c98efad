import type { BilateralContext } from '../ledger/context';
import { AlreadyDone, Refusal } from '../ledger/refusal';
import { marked, refuseRepeat } from '../ledger/repeats';
import type { Schemas } from '../ledger/schemas';
import { readPass } from '../passes/pass';
import { leave, visitKey, type Visit } from './visit';

/**
 * The visitor leaves: the visit is closed and the member may enter elsewhere on the same date.
 *
 * Reads `pass`, `visit`; writes `visit` in both parties' collections, deletes `presence` in the home club's. Endorsed by both.
 *
 * @throws Refusal NOT_HOST_CLUB, PASS_NOT_FOUND, PASS_MISMATCH, VISIT_NOT_FOUND
 */
export async function checkOut(ctx: BilateralContext, request: Schemas['CheckOut']): Promise<Visit> {
  if (ctx.callerClub.id !== request.host) throw new Refusal('NOT_HOST_CLUB');
  const pass = await readPass(ctx, request);
  const key = visitKey(request, request.businessDate);
  const visit = await ctx.records.get(key);
  if (!visit) throw new Refusal('VISIT_NOT_FOUND');
  if (visit.passId !== pass.id) throw new Refusal('PASS_MISMATCH');
  refuseRepeat(visit, request.commandId, ctx.requestHash);
  if (visit.state === 'checked-out') throw new AlreadyDone(visit);
  await leave(ctx, pass, request.businessDate);
  return ctx.records.put(key, {
    ...visit,
    state: 'checked-out',
    checkedOutAtMs: ctx.nowMs,
    checkedOutBy: request.actor,
    commands: marked(visit.commands, request.commandId, ctx.requestHash),
  });
}
