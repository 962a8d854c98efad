import { LedgerError } from '../../src/fabric/ledgerError.js';
import type { Outcome, Submission } from '../../src/operations/commandDesk.js';
import { proposalId } from './node.js';

/** What a manager asks for when it closes the proposal. */
export const request = (more: Partial<Submission> = {}): Submission => ({
  subject: 'staff-1',
  roles: ['manager'],
  idempotencyKey: 'one-intention-of-mine',
  params: { proposalId },
  body: {},
  ...more,
});

/** Asks until it is no longer being carried out. */
export async function untilDone(ask: () => Promise<Outcome>): Promise<Outcome> {
  return until(() =>
    ask().catch((error: unknown) => {
      if (error instanceof LedgerError && error.code === 'OPERATION_RUNNING') return undefined;
      throw error;
    }),
  );
}

/** Looks until something is there. The test's own time-out ends it. */
export async function until<T>(look: () => T | undefined | Promise<T | undefined>): Promise<T> {
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setImmediate(resolve));
  }
}
