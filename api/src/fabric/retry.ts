import { setTimeout as delay } from 'node:timers/promises';
import type { ErrorCode } from '../openapi/errors.generated.js';
import { LedgerError } from './ledgerError.js';

/** Failures after which a new proposal may well succeed: the records moved, or a peer stands a block behind. */
const passing: readonly ErrorCode[] = ['STALE_READ', 'PEERS_DISAGREE', 'ENDORSEMENT_MISMATCH', 'TOO_BUSY'];

const attempts = 8;
const firstPauseMs = 20;

/** Tries again after what passes by itself, with growing, jittered pauses; anything else, and the last failure, is thrown. */
export async function retrying<T>(attempt: () => Promise<T>): Promise<T> {
  for (let n = 1; ; n += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof LedgerError) || !passing.includes(error.code) || n === attempts) throw error;
      await delay(firstPauseMs * 2 ** (n - 1) * (0.5 + Math.random()));
    }
  }
}
