import type { ConsortiumContext } from '../ledger/context';
import { Refusal } from '../ledger/refusal';
import { marked, refuseRepeat } from '../ledger/repeats';
import type { Schemas } from '../ledger/schemas';
import { ballotOf } from './ballots';
import { changed, proposalKey, readProposal, type Proposal } from './proposal';
import { outcome } from './rule';

type Result = NonNullable<Proposal['result']>;

/**
 * Closes the voting and tallies, club by club of the frozen roll. Any active club may. After the closing time plus the clock bound, so
 * that no vote in time can come later; or, where the rule says so, as soon as the whole roll has voted.
 *
 * Reads `proposal`, `ballot` and the hash of `marker` of every club on the roll; writes `proposal`. Endorsed by the majority.
 *
 * @throws Refusal PROPOSAL_NOT_FOUND, PROPOSAL_NOT_OPEN, VOTING_NOT_OVER
 */
export async function closeProposal(ctx: ConsortiumContext, request: Schemas['CloseProposal']): Promise<Proposal> {
  const proposal = await readProposal(ctx, request.proposalId);
  refuseRepeat(proposal, request.commandId, ctx.requestHash);
  if (proposal.state !== 'circulated') throw new Refusal('PROPOSAL_NOT_OPEN', { state: proposal.state });
  const result = await tally(ctx, proposal);
  const over = ctx.nowMs >= proposal.closesAtMs + ctx.policy('clock-bound-seconds') * 1000;
  const complete = proposal.rule.earlyClose && result.uncast.length === 0;
  if (!over && !complete)
    throw new Refusal('VOTING_NOT_OVER', {
      uncast: result.uncast,
      disputed: result.disputed,
      closesAtMs: proposal.closesAtMs,
    });
  const closed: Proposal = {
    ...changed(ctx, proposal, outcome(proposal.rule, result)),
    result,
    commands: marked(proposal.commands, request.commandId, ctx.requestHash),
  };
  ctx.state.put(proposalKey(proposal.id), closed);
  ctx.announce('governance', closed.state, proposal.id);
  return closed;
}

async function tally(ctx: ConsortiumContext, proposal: Proposal): Promise<Result> {
  const result: Result = { eligible: 0, for: 0, against: 0, abstain: 0, uncast: [], disputed: [] };
  for (const { club, weight } of proposal.roll) {
    result.eligible += weight;
    const ballot = await ballotOf(ctx, proposal, club);
    if (typeof ballot !== 'string') {
      result[ballot.choice] += weight;
      continue;
    }
    result.uncast.push(club);
    if (ballot === 'disputed') result.disputed.push(club);
  }
  return result;
}
