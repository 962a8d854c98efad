import type { Schemas } from '@reciprocal-clubs/openapi/types';
import { command } from '../operations/command.js';
import { agreementSubject, requireAgreement } from './agreement.js';

/** Accepts the very terms that the partner proposed, by their hash. */
export const acceptAgreement = command<Schemas['AcceptAgreementBody']>({
  name: 'agreements.accept',
  async request(club, { actor, id, params: { agreementId = '' }, body }) {
    const { parties } = await requireAgreement(club, agreementId);
    return {
      ledger: { ...body, actor, commandId: id('command'), agreementId, parties },
      subject: agreementSubject(agreementId),
    };
  },
});
