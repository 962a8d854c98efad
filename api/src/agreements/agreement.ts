import type { Schemas } from '@reciprocal-clubs/openapi/types';
import type { Club } from '../club.js';
import { LedgerError } from '../fabric/ledgerError.js';
import { readRecord } from '../postgres/recordStore.js';

/** @throws LedgerError AGREEMENT_NOT_FOUND when this club has none of that id */
export async function requireAgreement(club: Club, id: string): Promise<Schemas['AgreementBody']> {
  const agreement = await readRecord<Schemas['AgreementBody']>(club.pool, 'agreement', id);
  if (!agreement) throw new LedgerError('AGREEMENT_NOT_FOUND');
  return agreement.body;
}

export const agreementSubject = (id: string) => ({ kind: 'agreement', id });
