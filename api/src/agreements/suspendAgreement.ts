import type { Schemas } from '@reciprocal-clubs/openapi/types';
import { command } from '../operations/command.js';
import { agreementSubject, requireAgreement } from './agreement.js';

/** Suspends an agreement, alone: the partner's peer may be down. */
export const suspendAgreement = command<Schemas['SuspendAgreementBody']>({
  name: 'agreements.suspend',
  async request(club, { actor, params: { agreementId = '' }, body }) {
    const { parties } = await requireAgreement(club, agreementId);
    return { ledger: { ...body, actor, agreementId, parties }, subject: agreementSubject(agreementId) };
  },
});
