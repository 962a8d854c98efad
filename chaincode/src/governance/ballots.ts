import type { ConsortiumContext } from '../ledger/context';
import { sha256 } from '../ledger/hash';
import { majorityWith } from '../ledger/keyPolicy';
import { parseJson } from '../ledger/record';
import { hasSchema } from '../ledger/schemas';
import { ballotKey, markerKey, type Ballot, type Proposal } from './proposal';

/**
 * What stands under a club's name: its own ballot, none, or one that is disputed. A ballot is the club's only where the marker in its
 * own collection has the same hash: the public key is endorsed by any majority, the marker by the club itself, so that no majority can
 * forge a ballot.
 */
export async function ballotOf(
  ctx: ConsortiumContext,
  proposal: Proposal,
  clubId: string,
): Promise<Ballot | 'none' | 'disputed'> {
  const bytes = await ctx.state.bytes(ballotKey(proposal.id, clubId));
  const marker = await ctx.own((await ctx.club(clubId)).mspId).hash(markerKey(proposal.id));
  if (!bytes) return marker.length ? 'disputed' : 'none';
  const ballot = sha256(bytes).equals(marker) ? parseJson(bytes) : undefined;
  return hasSchema('Ballot', ballot) && ballot.proposal === proposal.id && ballot.club === clubId ? ballot : 'disputed';
}

/** Ballot and marker stay as they are unless the voter and the majority of the roll change them together. */
export async function ballotPolicy(ctx: ConsortiumContext, { roll }: Proposal): Promise<Uint8Array> {
  const mspIds: string[] = [];
  for (const { club } of roll) mspIds.push((await ctx.club(club)).mspId);
  return majorityWith(ctx.caller.mspId, mspIds);
}
