import type { Schemas } from '@reciprocal-clubs/openapi/types';
import { command } from '../operations/command.js';

const proposalSubject = (id: string) => ({ kind: 'proposal', id });

/** Puts a motion to the clubs; roll, weights and rule are frozen now. */
export const circulateProposal = command<Schemas['CirculateProposalBody']>({
  name: 'governance.circulate',
  creates: ({ id }) => `/proposals/${id}`,
  request(_club, { actor, id, body }) {
    const proposalId = id('record');
    const ledger = { ...body, actor, commandId: id('command'), proposalId };
    return Promise.resolve({ ledger, subject: proposalSubject(proposalId) });
  },
});

/** Casts this club's ballot, signed by its accredited delegate's certificate. */
export const castVote = command<Schemas['CastVoteBody']>({
  name: 'governance.vote',
  signer: 'delegate',
  request: (_club, { actor, params: { proposalId = '' }, body }) =>
    Promise.resolve({ ledger: { ...body, actor, proposalId }, subject: proposalSubject(proposalId) }),
});

/** Ends the voting and has the ballots counted. */
export const closeProposal = onProposal('governance.close');

/** Carries out what was carried. */
export const executeProposal = onProposal('governance.execute');

function onProposal(name: string) {
  return command({
    name,
    request: (_club, { actor, id, params: { proposalId = '' } }) =>
      Promise.resolve({
        ledger: { actor, commandId: id('command'), proposalId },
        subject: proposalSubject(proposalId),
      }),
  });
}
