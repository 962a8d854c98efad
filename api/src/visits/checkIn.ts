import { businessDate } from '@reciprocal-clubs/chaincode/clubs/businessDate.js';
import { visitKey } from '@reciprocal-clubs/chaincode/visits/visit.js';
import type { Schemas } from '@reciprocal-clubs/openapi/types';
import type { Club } from '../club.js';
import { LedgerError } from '../fabric/ledgerError.js';
import { command } from '../operations/command.js';
import { requirePass } from '../passes/pass.js';
import { readRecord } from '../postgres/recordStore.js';
import { visitSubject } from './visit.js';
import { visitId } from './visitId.js';

/** Admits a visiting member on a pass, or records late that it did. Without a business date it is the host's, now. */
export const checkIn = command<Schemas['CheckInBody']>({
  name: 'visits.checkIn',
  creates: ({ id }) => `/visits/${id}`,
  async request(club, { actor, id, body: { passId, businessDate: given, late, override } }) {
    const { home, host, agreementId, pseudonym } = await requirePass(club, passId);
    const today = await businessDateAt(club, host);
    const date = given ?? today;
    const stay = { home, host, agreementId, pseudonym, businessDate: date };
    const ledger = {
      ...stay,
      actor,
      commandId: id('command'),
      passId,
      late: late ?? date < today,
      ...(override && { override }),
    };
    return { ledger, subject: visitSubject(visitId(visitKey(stay, date).text)) };
  },
});

/** @throws LedgerError CLUB_NOT_FOUND */
async function businessDateAt(club: Club, hostId: string): Promise<string> {
  const host = await readRecord<Schemas['ClubBody']>(club.pool, 'club', hostId);
  if (!host) throw new LedgerError('CLUB_NOT_FOUND', { club: hostId });
  return businessDate({ v: 1, ...host.body }, Date.now());
}
