import { createHash } from 'node:crypto';
import { visitKey, type Visit } from '@reciprocal-clubs/chaincode/visits/visit.js';
import type { Schemas } from '@reciprocal-clubs/openapi/types';
import type { Club } from '../club.js';
import { LedgerError } from '../fabric/ledgerError.js';
import { readRecord } from '../postgres/recordStore.js';

const idLength = 32;

/** The id by which the API knows a visit: from its key on the ledger, so that nothing of the key stands in an address. */
export const visitId = (stay: Pick<Visit, 'agreementId' | 'host' | 'pseudonym' | 'businessDate'>): string =>
  createHash('sha256').update(visitKey(stay, stay.businessDate).text).digest('hex').slice(0, idLength);

/** @throws LedgerError VISIT_NOT_FOUND when this club knows none of that id */
export async function requireVisit(club: Club, id: string): Promise<Schemas['VisitBody']> {
  const visit = await readRecord<Schemas['VisitBody']>(club.pool, 'visit', id);
  if (!visit) throw new LedgerError('VISIT_NOT_FOUND');
  return visit.body;
}

export const visitSubject = (id: string) => ({ kind: 'visit', id });
