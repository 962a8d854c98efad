import type { Schemas } from '@reciprocal-clubs/openapi/types';
import { command } from '../operations/command.js';
import { agreementSubject } from './agreement.js';

/** Proposes terms to a partner; proposing is the proposer's acceptance. */
export const proposeAgreement = command<Schemas['ProposeAgreementBody']>({
  name: 'agreements.propose',
  creates: ({ id }) => `/agreements/${id}`,
  request(club, { actor, id, body: { partner, ...proposed } }) {
    const agreementId = id('record');
    const ledger = { ...proposed, actor, commandId: id('command'), agreementId, parties: [club.id, partner] };
    return Promise.resolve({ ledger, subject: agreementSubject(agreementId) });
  },
});
