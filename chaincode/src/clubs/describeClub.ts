import type { ConsortiumContext } from '../ledger/context';
import { allOf } from '../ledger/keyPolicy';
import { Refusal } from '../ledger/refusal';
import { directoryKey } from '../ledger/registry';
import type { Schemas } from '../ledger/schemas';

/**
 * A club writes its own directory entry: what it offers, when it is closed, its public keys, its accredited delegate.
 *
 * Reads and writes `directory/<id>`, which carries the key policy of that club alone: the first entry needs the majority, later ones
 * only the club.
 *
 * @throws Refusal NOT_YOUR_CLUB
 */
export async function describeClub(
  ctx: ConsortiumContext,
  request: Schemas['DescribeClub'],
): Promise<Schemas['Directory']> {
  const { actor: _, club, ...fields } = request;
  if (club !== ctx.callerClub.id) throw new Refusal('NOT_YOUR_CLUB', { club });
  // The majority never judges what this key holds: an entry that is no entry is replaced.
  await ctx.state.bytes(directoryKey(club));
  const present = await ctx.directory(club);
  const entry = { v: 1 as const, id: club, revision: (present?.revision ?? 0) + 1, atMs: ctx.nowMs, ...fields };
  ctx.state.put(directoryKey(club), entry, allOf([ctx.caller.mspId]));
  ctx.announce('clubs', 'described', club);
  return entry;
}
