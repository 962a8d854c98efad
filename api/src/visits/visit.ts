import type { Schemas } from '@reciprocal-clubs/openapi/types';
import type { Club } from '../club.js';
import { LedgerError } from '../fabric/ledgerError.js';
import { readRecord } from '../postgres/recordStore.js';

/** @throws LedgerError VISIT_NOT_FOUND when this club knows none of that id */
export async function requireVisit(club: Club, id: string): Promise<Schemas['VisitBody']> {
  const visit = await readRecord<Schemas['VisitBody']>(club.pool, 'visit', id);
  if (!visit) throw new LedgerError('VISIT_NOT_FOUND');
  return visit.body;
}

export const visitSubject = (id: string) => ({ kind: 'visit', id });
