import type { Pool } from 'pg';
import { writeSeen } from '../postgres/listenerState.js';
import { pause } from './backoff.js';

/** The API takes a listener for dead that it has not heard of for four times as long. */
const standardIntervalMs = 5_000;

/**
 * Says in the club's database that the listener lives, also while it does not follow. Goes on until the signal aborts. What cannot be
 * written is no failure of its own: it shows by its absence.
 */
export async function beat(pool: Pool, signal: AbortSignal, intervalMs = standardIntervalMs): Promise<void> {
  while (!signal.aborted) {
    await writeSeen(pool).catch(() => {});
    await pause(intervalMs, signal);
  }
}
