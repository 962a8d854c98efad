import type { Schemas } from '@reciprocal-clubs/openapi/types';
import type { Club } from '../club.js';
import { LedgerError } from '../fabric/ledgerError.js';
import { readRecord } from '../postgres/recordStore.js';

/** @throws LedgerError PASS_NOT_FOUND when this club knows none of that id */
export async function requirePass(club: Club, id: string): Promise<Schemas['PassBody']> {
  const pass = await readRecord<Schemas['PassBody']>(club.pool, 'pass', id);
  if (!pass) throw new LedgerError('PASS_NOT_FOUND');
  return pass.body;
}

export const passSubject = (id: string) => ({ kind: 'pass', id });
