import type { Pool } from 'pg';
import type { Logger } from 'winston';
import { unresolvedTransactions } from '../postgres/unresolved.js';
import { pause } from './backoff.js';
import { reasonOf } from './reason.js';
import type { Status } from './status.js';

export interface StandingOptions {
  readonly pool: Pool;
  readonly status: Pick<Status, 'state' | 'height'>;
  readonly log: Logger;
  /** how long own transactions may go unresolved while no block comes */
  readonly limitMs: number;
  readonly now?: () => number;
}

const looksWithinLimit = 4;
/** Who was passed by so many blocks was lost on its way: that is not the channel's doing. */
const mostBlocksPassed = 10;

/**
 * Alarms when the height stands: this club has sent transactions, and its peer follows and gives no block. A member can halt the channel
 * with altered chaincode of its own, and nothing else would tell.
 */
export class StandingWatch {
  readonly #now: () => number;
  /** since when each unresolved transaction is known, and how high the ledger was */
  readonly #unresolved = new Map<string, { readonly sinceMs: number; readonly height: number }>();
  #last = { height: -1, atMs: 0 };
  #since: Date | undefined;

  constructor(private readonly options: StandingOptions) {
    this.#now = options.now ?? Date.now;
  }

  /** Since when the height stands; undefined when it does not. */
  get standingSince(): Date | undefined {
    return this.options.status.height === this.#last.height ? this.#since : undefined;
  }

  /** Goes on until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { log, limitMs } = this.options;
    while (!signal.aborted) {
      try {
        await this.look();
      } catch (error) {
        log.warn('cannot look for unresolved transactions', { reason: reasonOf(error) });
      }
      await pause(limitMs / looksWithinLimit, signal);
    }
  }

  /** Asks the database only where no block came since the last look. */
  async look(): Promise<void> {
    const { pool, status, log } = this.options;
    const { height } = status;
    if (height !== this.#last.height) {
      if (this.#since) log.info('blocks come again', { height });
      this.#last = { height, atMs: this.#now() };
      this.#since = undefined;
    } else if (status.state === 'following') {
      this.#remember(await unresolvedTransactions(pool));
      const unresolved = this.#overdue();
      if (unresolved > 0 && !this.#since)
        log.error('own transactions are unresolved, and no block comes', {
          ...{ alarm: 'STANDING_HEIGHT', height, unresolved },
        });
      this.#since = unresolved > 0 ? (this.#since ?? new Date(this.#last.atMs)) : undefined;
    }
  }

  #remember(txIds: readonly string[]): void {
    const { height } = this.#last;
    const present = new Set(txIds);
    for (const txId of this.#unresolved.keys()) if (!present.has(txId)) this.#unresolved.delete(txId);
    for (const txId of txIds)
      if (!this.#unresolved.has(txId)) this.#unresolved.set(txId, { sinceMs: this.#now(), height });
  }

  #overdue(): number {
    const { height, atMs } = this.#last;
    const sentBefore = this.#now() - this.options.limitMs;
    return [...this.#unresolved.values()].filter(
      (known) => Math.max(known.sinceMs, atMs) <= sentBefore && height - known.height <= mostBlocksPassed,
    ).length;
  }
}
