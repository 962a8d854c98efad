import type { ClubLedger } from '../fabric/clubLedger.js';
import type { Committed } from '../fabric/submission.js';

/**
 * Founds the registry unless it is founded.
 *
 * @returns the transaction, undefined when the registry was founded before
 * @throws RefusedError NOT_REGISTERED when the club is no founder, LedgerError
 */
export async function foundRegistry(ledger: ClubLedger): Promise<Committed | undefined> {
  if ((await ledger.read('clubs:registry')) !== null) return undefined;
  return (await ledger.submit('clubs:found')).committed;
}
