import type { ConsortiumContext } from '../ledger/context';
import { sha256 } from '../ledger/hash';
import { hasSchema } from '../ledger/schemas';
import { parseJson } from '../ledger/record';
import { ballotKey, markerKey, type Ballot, type Proposal } from './proposal';

/**
 * A club's ballot, if it cast one. A ballot is the club's only where its marker has the same hash: the public key is endorsed by any
 * majority, the marker by the club itself, so that no majority can forge a ballot.
 */
export async function ballotOf(
  ctx: ConsortiumContext,
  proposal: Proposal,
  clubId: string,
): Promise<Ballot | undefined> {
  const bytes = await ctx.state.bytes(ballotKey(proposal.id, clubId));
  const marker = await ctx.own((await ctx.club(clubId)).mspId).hash(markerKey(proposal.id));
  if (!bytes || !sha256(bytes).equals(marker)) return undefined;
  const ballot = parseJson(bytes);
  return hasSchema('Ballot', ballot) && ballot.proposal === proposal.id && ballot.club === clubId ? ballot : undefined;
}
