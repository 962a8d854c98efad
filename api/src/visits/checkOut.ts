import { command } from '../operations/command.js';
import { requireVisit, visitSubject } from './visit.js';

/** The visitor leaves. */
export const checkOut = command({
  name: 'visits.checkOut',
  async request(club, { actor, id, params: { visitId = '' } }) {
    const { home, host, agreementId, passId, pseudonym, businessDate } = await requireVisit(club, visitId);
    const stay = { home, host, agreementId, passId, pseudonym, businessDate };
    return { ledger: { ...stay, actor, commandId: id('command') }, subject: visitSubject(visitId) };
  },
});
