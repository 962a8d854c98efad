import { command } from '../operations/command.js';
import { agreementSubject, requireAgreement } from './agreement.js';

/** Takes this club's own suspension back. */
export const resumeAgreement = command({
  name: 'agreements.resume',
  async request(club, { actor, params: { agreementId = '' } }) {
    const { parties } = await requireAgreement(club, agreementId);
    return { ledger: { actor, agreementId, parties }, subject: agreementSubject(agreementId) };
  },
});
