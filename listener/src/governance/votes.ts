import { ballotKey, markerKey } from '@reciprocal-clubs/chaincode/governance/proposal.js';
import type { Schemas } from '@reciprocal-clubs/openapi/types';
import { versionOf, type Scene, type Step, type VersionSeen } from '../projection/history.js';
import type { Told, Turn } from '../projection/projection.js';
import { readValue } from '../projection/storedValue.js';

export interface Votes {
  /** the public ballots as they stand, by club, whoever wrote them */
  readonly written: ReadonlyMap<string, VersionSeen>;
  /** hash of what the voter's own collection says it is, by club */
  readonly markers: ReadonlyMap<string, Buffer>;
  /** by club: those that count */
  readonly ballots: ReadonlyMap<string, Schemas['BallotCast']>;
}

export const noVotes: Votes = { written: new Map(), markers: new Map(), ballots: new Map() };

/**
 * What a transaction makes of the votes on a proposal. A ballot is a club's own only where its collection holds the hash: the majority,
 * which endorses ballots, cannot write there.
 */
export function nextVotes(votes: Votes, step: Step, proposalId: string, { collections }: Scene): Turn<Votes> {
  const [written, markers, ballots] = [new Map(votes.written), new Map(votes.markers), new Map(votes.ballots)];
  const told: Told[] = [];
  const faults: string[] = [];
  let changed = false;
  for (const [club, collection] of collections) {
    const ballot = versionOf(step, '', ballotKey(proposalId, club).text);
    const marker = versionOf(step, collection, markerKey(proposalId).text);
    if (!ballot && !marker) continue;
    changed = true;
    if (ballot) set(written, club, ballot.valueHash && ballot);
    if (marker) set(markers, club, marker.valueHash);
    const cast = castBy(club, written.get(club), markers.get(club), proposalId);
    if (typeof cast === 'string') faults.push(cast);
    set(ballots, club, typeof cast === 'string' ? undefined : cast);
    if (ballot && cast && typeof cast !== 'string') told.push({ type: 'governance.voted', write: ballot });
  }
  return { state: changed ? { written, markers, ballots } : votes, told, faults };
}

/** The ballot, undefined where there is none, or in words why it does not count. */
function castBy(
  club: string,
  ballot: VersionSeen | undefined,
  marker: Buffer | undefined,
  proposalId: string,
): Schemas['BallotCast'] | string | undefined {
  if (!ballot?.value && !marker) return undefined;
  if (!ballot?.value || !marker || !ballot.valueHash?.equals(marker))
    return 'DIVERGED: a ballot is not what its club says';
  const read = readValue('Ballot', ballot.value, (one) => one.proposal === proposalId && one.club === club);
  return typeof read === 'string' ? read : { club, choice: read.choice, atMs: read.atMs };
}

function set<Value>(map: Map<string, Value>, club: string, value: Value | undefined): void {
  if (value === undefined) map.delete(club);
  else map.set(club, value);
}
