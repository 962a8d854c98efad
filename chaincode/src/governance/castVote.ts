import type { ConsortiumContext } from '../ledger/context';
import { canonicalJson } from '../ledger/canonicalJson';
import { AlreadyDone, Refusal } from '../ledger/refusal';
import type { Schemas } from '../ledger/schemas';
import { ballotOf, ballotPolicy } from './ballots';
import { ballotKey, markerKey, readProposal, type Ballot } from './proposal';

/**
 * A club votes. The transaction is signed by the certificate of its accredited delegate, which the club's directory entry names.
 *
 * Reads `proposal`, `directory`; writes `ballot/<proposal>/<club>` and `marker/<proposal>` in the voter's collection, both under a policy
 * that asks for the voter and the majority. Endorsed by the majority, the voter's peer among them.
 *
 * @throws Refusal PROPOSAL_NOT_FOUND, NOT_ON_THE_ROLL, NOT_THE_DELEGATE, PROPOSAL_NOT_OPEN, BALLOT_FINAL
 */
export async function castVote(ctx: ConsortiumContext, request: Schemas['CastVote']): Promise<Ballot> {
  const proposal = await readProposal(ctx, request.proposalId);
  const club = ctx.callerClub.id;
  if (!proposal.roll.some((entry) => entry.club === club)) throw new Refusal('NOT_ON_THE_ROLL');
  if ((await ctx.directory(club))?.delegate !== ctx.caller.certificateHash) throw new Refusal('NOT_THE_DELEGATE');
  const open = proposal.state === 'circulated' && ctx.nowMs >= proposal.opensAtMs && ctx.nowMs <= proposal.closesAtMs;
  if (!open) throw new Refusal('PROPOSAL_NOT_OPEN', { state: proposal.state, closesAtMs: proposal.closesAtMs });
  const cast = await ballotOf(ctx, proposal, club);
  if (typeof cast !== 'string' && cast.choice === request.choice) throw new AlreadyDone(cast);
  if (typeof cast !== 'string' && proposal.rule.earlyClose) throw new Refusal('BALLOT_FINAL');
  const ballot: Ballot = { v: 1, proposal: proposal.id, club, choice: request.choice, atMs: ctx.nowMs };
  const policy = await ballotPolicy(ctx, proposal);
  ctx.state.put(ballotKey(proposal.id, club), ballot, policy);
  ctx.own(ctx.caller.mspId).putBytes(markerKey(proposal.id), Buffer.from(canonicalJson(ballot)), policy);
  ctx.announce('governance', 'voted', proposal.id);
  return ballot;
}
