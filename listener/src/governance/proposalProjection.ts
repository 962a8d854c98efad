import { ballotKey, markerKey, proposalKey } from '@reciprocal-clubs/chaincode/governance/proposal.js';
import type { Schemas } from '@reciprocal-clubs/openapi/types';
import type { Scene, Step } from '../projection/history.js';
import { partsOf, type Turn } from '../projection/projection.js';
import { nextPublic, type PublicValue } from '../projection/publicRecord.js';
import { replayer } from '../projection/replay.js';
import { noVotes, nextVotes, type Votes } from './votes.js';

interface State {
  readonly proposal: PublicValue<'Proposal'> | undefined;
  readonly votes: Votes;
}

const idIn = (touched: string): string => partsOf(touched)[0] ?? '';

/** A proposal, and the ballots that are their clubs' own. */
export const proposalProjection = replayer<State>({
  kind: 'proposal',
  mainKey: (touched) => proposalKey(idIn(touched)).text,
  forms: { [proposalKey.prefix]: 1, [ballotKey.prefix]: 2, [markerKey.prefix]: 1 },
  id: idIn,
  keys: (touched, { collections }) => [
    proposalKey(idIn(touched)).text,
    markerKey(idIn(touched)).text,
    ...[...collections.keys()].map((club) => ballotKey(idIn(touched), club).text),
  ],
  start: { proposal: undefined, votes: noVotes },
  next: nextProposal,
  show: ({ proposal, votes }) => {
    if (!proposal) return undefined;
    const { v: _v, commands: _commands, ...record } = proposal.record;
    const body: Schemas['ProposalBody'] = { ...record, ballots: [...votes.ballots.values()].sort(byClub) };
    const { state, type, proposer } = record;
    return { body, tags: { state, type, proposer }, hash: proposal.hash };
  },
  expects: ({ proposal }, touched, { collections }) =>
    (proposal?.record.roll ?? []).flatMap(({ club }) => {
      const collection = collections.get(club);
      return collection === undefined ? [] : [{ collection, key: markerKey(idIn(touched)).text }];
    }),
});

function nextProposal(state: State, step: Step, scene: Scene): Turn<State> {
  const id = idIn(step.versions[0]?.key ?? '');
  const proposal = nextPublic(
    state.proposal,
    step,
    proposalKey(id).text,
    'Proposal',
    (record) => record.id === id,
    (record) => `governance.${record.state}`,
  );
  const votes = nextVotes(state.votes, step, id, scene);
  const changed = proposal.state !== state.proposal || votes.state !== state.votes;
  return {
    state: changed ? { proposal: proposal.state, votes: votes.state } : state,
    told: [...proposal.told, ...votes.told],
    faults: [...proposal.faults, ...votes.faults],
  };
}

const byClub = (a: Schemas['BallotCast'], b: Schemas['BallotCast']): number => (a.club < b.club ? -1 : 1);
