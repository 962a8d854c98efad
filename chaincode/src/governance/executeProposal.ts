import type { ConsortiumContext } from '../ledger/context';
import { Refusal } from '../ledger/refusal';
import { marked, refuseRepeat } from '../ledger/repeats';
import { policiesKey, readPolicies } from '../ledger/registry';
import type { Schemas } from '../ledger/schemas';
import { policyKey, withPolicy } from './policies';
import { changed, proposalKey, readProposal, type Proposal } from './proposal';

/**
 * Carries out what a carried proposal decided, after its delay and within its window. Any active club may.
 *
 * Reads `proposal`, `policies`; writes both and `policy/<name>/<version>`. Endorsed by the majority.
 *
 * @throws Refusal PROPOSAL_NOT_FOUND, NOT_CARRIED, EXECUTION_NOT_DUE, EXECUTION_EXPIRED
 */
export async function executeProposal(ctx: ConsortiumContext, request: Schemas['ExecuteProposal']): Promise<Proposal> {
  const proposal = await readProposal(ctx, request.proposalId);
  refuseRepeat(proposal, request.commandId, ctx.requestHash);
  if (proposal.state !== 'carried') throw new Refusal('NOT_CARRIED', { state: proposal.state });
  const dueAtMs = (proposal.statusChanges.at(-1)?.atMs ?? proposal.closesAtMs) + proposal.delayMs;
  if (ctx.nowMs < dueAtMs) throw new Refusal('EXECUTION_NOT_DUE', { dueAtMs });
  if (ctx.nowMs > dueAtMs + proposal.windowMs)
    throw new Refusal('EXECUTION_EXPIRED', { expiredAtMs: dueAtMs + proposal.windowMs });

  const { policies, enacted } = withPolicy(await readPolicies(ctx.state), proposal.action, ctx.nowMs, proposal.id);
  const key = policyKey(enacted.name, String(enacted.version));
  await ctx.state.get(key);
  ctx.state.put(key, enacted);
  ctx.state.put(policiesKey(), policies);
  const executed: Proposal = {
    ...changed(ctx, proposal, 'executed'),
    commands: marked(proposal.commands, request.commandId, ctx.requestHash),
  };
  ctx.state.put(proposalKey(proposal.id), executed);
  ctx.announce('governance', 'executed', proposal.id);
  ctx.announce('governance', 'policy-set', `${enacted.name}/${enacted.version}`);
  return executed;
}
