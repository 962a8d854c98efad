import type { Pool } from 'pg';
import type { Logger } from 'winston';
import { receiveBlock } from '../blocks/verifiedBlock.js';
import type { BlockSource, PrivateSet } from '../fabric/delivery.js';
import { blockHash } from '../postgres/blocks.js';
import type { BlockStore } from '../postgres/blockStore.js';
import { storeLateValues } from '../postgres/lateValues.js';
import { dueMissing, postpone, type Missing } from '../postgres/missing.js';
import type { OwnClub } from '../postgres/project.js';
import { alarmOf } from './alarm.js';
import { pause } from './backoff.js';
import { reasonOf } from './reason.js';

export interface LateOptions {
  readonly club: OwnClub;
  readonly source: BlockSource;
  readonly pool: Pool;
  readonly store: BlockStore;
  readonly log: Logger;
  /** Called when values came. */
  readonly onStored: () => void;
  readonly pauseMs?: number;
}

const standardPauseMs = 1_000;
/** For the peer's answer. */
const patienceMs = 10_000;

/** Asks the own peer again for private values that did not come with their block, less and less often. */
export class LateFollower {
  constructor(private readonly options: LateOptions) {}

  /** Goes on until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { log, pauseMs = standardPauseMs } = this.options;
    while (!signal.aborted) {
      try {
        while (!signal.aborted && (await this.askAgain(signal)));
      } catch (error) {
        log.warn('cannot ask for missing private values', {
          reason: reasonOf(error),
        });
      }
      await pause(pauseMs, signal);
    }
  }

  /** Asks for the values of the block whose time has come. @returns false when there is none */
  async askAgain(signal: AbortSignal): Promise<boolean> {
    const { pool, club, store, log, onStored } = this.options;
    const missing = await dueMissing(pool);
    const [first] = missing;
    if (!first) return false;
    // Before: a peer that does not answer is not asked again at once.
    await postpone(pool, first.block);
    const late = await storeLateValues(
      pool,
      { club, viewpoint: store.viewpoint },
      missing,
      await this.#ask(first, signal),
    );
    for (const { block, index, reason } of late.quarantined)
      log.error('set a transaction aside', { alarm: alarmOf(reason), block, index, reason });
    if (late.found > 0) {
      log.info('private values came late', { block: first.block, values: late.found });
      onStored();
    }
    return true;
  }

  async #ask({ block }: Missing, signal: AbortSignal): Promise<readonly PrivateSet[]> {
    const { source, pool } = this.options;
    const patience = AbortSignal.any([signal, AbortSignal.timeout(patienceMs)]);
    for await (const delivered of source.blocks(block, patience)) {
      const { hash } = receiveBlock(delivered.bytes);
      const own = await blockHash(pool, block);
      return own?.equals(hash) ? delivered.privateSets : [];
    }
    return [];
  }
}
