import type { ConsortiumContext } from '../ledger/context';
import { keyKind } from '../ledger/keys';
import { Refusal } from '../ledger/refusal';
import type { Schemas } from '../ledger/schemas';

export const proposalKey = keyKind('proposal', 'consortium', 'Proposal', 1);
export const ballotKey = keyKind('ballot', 'consortium', 'Ballot', 2);
/** The ballot's exact bytes in the voter's own collection: what no majority can write. */
export const markerKey = keyKind('marker', 'own', 'Ballot', 1);

export type Proposal = Schemas['Proposal'];
export type Ballot = Schemas['Ballot'];

/** @throws Refusal PROPOSAL_NOT_FOUND */
export async function readProposal(ctx: ConsortiumContext, id: string): Promise<Proposal> {
  const proposal = await ctx.state.get(proposalKey(id));
  if (!proposal) throw new Refusal('PROPOSAL_NOT_FOUND');
  return proposal;
}

/** The proposal in its next state, with the change recorded. */
export function changed(ctx: ConsortiumContext, proposal: Proposal, state: Proposal['state']): Proposal {
  return {
    ...proposal,
    state,
    statusChanges: [...proposal.statusChanges, { state, atMs: ctx.nowMs, by: ctx.callerClub.id }],
  };
}
