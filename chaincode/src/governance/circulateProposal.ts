import type { ConsortiumContext } from '../ledger/context';
import { Refusal } from '../ledger/refusal';
import { refuseTaken } from '../ledger/repeats';
import { registryKey } from '../ledger/registry';
import type { Schemas } from '../ledger/schemas';
import { requirePolicyValue } from './policies';
import { proposalKey, type Proposal } from './proposal';
import { ruleOf } from './rule';

const hourMs = 3_600_000;

/**
 * Circulates a proposal. The roll is frozen: the clubs that are active now, whatever becomes of them; and so are the rule, the delay
 * before execution and its window.
 *
 * Reads `registry`, `club/<id>` of all; writes `proposal/<id>`. Endorsed by the majority.
 *
 * @throws Refusal POLICY_VALUE_INVALID, CLOSES_TOO_EARLY, ID_TAKEN
 */
export async function circulateProposal(
  ctx: ConsortiumContext,
  request: Schemas['CirculateProposal'],
): Promise<Proposal> {
  const { proposalId, commandId, title, textHash, action, resolution, earlyClose, closesAtMs } = request;
  const key = proposalKey(proposalId);
  refuseTaken(await ctx.state.get(key), commandId, ctx.requestHash);
  requirePolicyValue(action);
  const leastHours = ctx.policy('minimum-voting-hours');
  if (closesAtMs < ctx.nowMs + leastHours * hourMs)
    throw new Refusal('CLOSES_TOO_EARLY', { minimumVotingHours: leastHours });
  const proposal: Proposal = {
    v: 1,
    id: proposalId,
    type: action.type,
    proposer: ctx.callerClub.id,
    title,
    textHash,
    action,
    rule: ruleOf(resolution, earlyClose),
    roll: await activeClubs(ctx),
    circulatedAtMs: ctx.nowMs,
    opensAtMs: ctx.nowMs,
    closesAtMs,
    delayMs: ctx.policy('execution-delay-hours') * hourMs,
    windowMs: ctx.policy('execution-window-hours') * hourMs,
    state: 'circulated',
    statusChanges: [{ state: 'circulated', atMs: ctx.nowMs, by: ctx.callerClub.id }],
    commands: [{ id: commandId, requestHash: ctx.requestHash }],
  };
  ctx.state.put(key, proposal);
  ctx.announce('governance', 'circulated', proposalId);
  return proposal;
}

async function activeClubs(ctx: ConsortiumContext): Promise<Proposal['roll']> {
  const registry = await ctx.state.get(registryKey());
  const roll: Proposal['roll'] = [];
  for (const { id } of registry?.clubs ?? []) {
    if ((await ctx.club(id)).status === 'active') roll.push({ club: id, weight: 1 });
  }
  return roll;
}
