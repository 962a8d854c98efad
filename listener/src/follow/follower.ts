import type { Trust } from '@reciprocal-clubs/network/blocks/verify.js';
import type { Pool } from 'pg';
import type { Logger } from 'winston';
import { ForkError, RefusedBlockError } from '../blocks/errors.js';
import { trustIn } from '../blocks/trust.js';
import {
  receiveBlock,
  requireOrdered,
  verifyGenesis,
  verifyNext,
  type Head,
  type ReceivedBlock,
} from '../blocks/verifiedBlock.js';
import type { BlockSource, DeliveredBlock } from '../fabric/delivery.js';
import { blockHash, configurationBefore } from '../postgres/blocks.js';
import type { BlockStore, Stored } from '../postgres/blockStore.js';
import { readHead } from '../postgres/cursor.js';
import { readState } from '../postgres/listenerState.js';
import { alarmOf } from './alarm.js';
import { Backoff } from './backoff.js';
import { reasonOf } from './reason.js';
import type { Status } from './status.js';

export interface FollowerOptions {
  readonly source: BlockSource;
  readonly pool: Pool;
  readonly store: BlockStore;
  /** the block that this club was given to trust in */
  readonly genesis: ReceivedBlock;
  readonly status: Status;
  readonly log: Logger;
  readonly counters: FollowerCounters;
  /** Asked before each attempt to follow. @throws Error when the database is not fit */
  readonly requireFit: () => Promise<void>;
  /** Called after each block that is stored. */
  readonly onStored: (stored: Stored) => void;
  readonly backoff?: Backoff;
}

/** What is counted for whoever watches. */
export interface FollowerCounters {
  blocks(): void;
  reconnects(): void;
  refused(): void;
}

interface Position {
  readonly head: Head;
  /** undefined before the first block */
  readonly trust: Trust | undefined;
}

/** Follows the blocks of the own peer into the club's database: where the stream ends it begins again, and at a fork it halts. */
export class Follower {
  readonly #backoff: Backoff;
  /** why it does not follow, as the log says already */
  #told = '';

  constructor(private readonly options: FollowerOptions) {
    this.#backoff = options.backoff ?? new Backoff();
  }

  /** Goes on until the signal aborts, with the block in hand stored; returns earlier when it halts. */
  async run(signal: AbortSignal): Promise<void> {
    const { log, status, counters } = this.options;
    while (!signal.aborted) {
      try {
        await this.options.requireFit();
        const before = await readState(this.options.pool);
        if (before.state === 'halted') return await this.#halt(before.reason, signal);
        await this.#follow(signal);
      } catch (error) {
        const reason = reasonOf(error);
        if (error instanceof ForkError) return await this.#halt(reason, signal);
        if (error instanceof RefusedBlockError) {
          counters.refused();
          log.error('refused a block', { alarm: 'REFUSED_BLOCK', reason });
        } else if (this.#told !== reason) log.warn('not following', { reason });
        this.#told = reason;
        await status.set('reconnecting', reason);
        await this.#backoff.pause(signal);
        counters.reconnects();
      }
    }
  }

  /** From the last block that is stored, which is compared with what the peer has. */
  async #follow(signal: AbortSignal): Promise<void> {
    const { source, status } = this.options;
    let position = await this.#position();
    status.height = position.head.number + 1;
    const from = Math.max(position.head.number, 0);
    await status.set(status.state, `waiting for block ${from} of the peer`);
    for await (const delivered of source.blocks(from, signal)) {
      position = await this.#take(delivered, position);
      status.height = position.head.number + 1;
      this.#backoff.reset();
      this.#told = '';
      await status.set('following');
      if (signal.aborted) return;
    }
    if (!signal.aborted) throw new Error('the stream ended');
  }

  async #take({ bytes, privateSets }: DeliveredBlock, { head, trust }: Position): Promise<Position> {
    const { genesis, store, counters } = this.options;
    const received = receiveBlock(bytes);
    if (received.block.number <= head.number) {
      await this.#compare(received);
      return { head, trust };
    }
    const verified = trust ? verifyNext(received, head, trust) : verifyGenesis(received, genesis);
    const stored = await store.store(verified, privateSets, head);
    if (stored) this.#tell(verified.block.number, stored);
    else await this.#compare(received);
    counters.blocks();
    return { head: { number: verified.block.number, hash: verified.hash }, trust: verified.trust };
  }

  /**
   * A block that is stored already: sent twice, or stored by another listener.
   *
   * @throws ForkError when another block of its number is stored and both are signed, RefusedBlockError when this one is not
   * @throws Error when none is stored: the projection is being built anew
   */
  async #compare(received: ReceivedBlock): Promise<void> {
    const { number } = received.block;
    const own = await blockHash(this.options.pool, number);
    if (!own) throw new Error(`block ${number} is not stored any more`);
    if (own.equals(received.hash)) return;
    if (number === 0) throw new RefusedBlockError('the peer serves another channel');
    requireOrdered(received, await this.#trustBefore(number));
    throw new ForkError(number, own, received.hash);
  }

  async #position(): Promise<Position> {
    const { pool, genesis } = this.options;
    const head = await readHead(pool);
    if (head.number < 0) return { head, trust: undefined };
    const first = await blockHash(pool, 0);
    if (!first?.equals(genesis.hash)) throw new ForkError(0, genesis.hash, first ?? Buffer.alloc(0));
    return { head, trust: await this.#trustBefore(head.number + 1) };
  }

  async #trustBefore(number: number): Promise<Trust> {
    const { pool, genesis } = this.options;
    return trustIn((await configurationBefore(pool, number)) ?? genesis.bytes);
  }

  #tell(block: number, stored: Stored): void {
    const { log, onStored } = this.options;
    for (const { index, reason } of stored.quarantined)
      log.error('set a transaction aside', { alarm: alarmOf(reason), block, index, reason });
    if (stored.missing.length > 0)
      log.warn('private values did not come with their block', { block, transactions: stored.missing });
    onStored(stored);
  }

  /** Until an operator has looked: the state outlives this process. */
  async #halt(reason: string, signal: AbortSignal): Promise<void> {
    const { log, status } = this.options;
    log.error('halted', { alarm: 'HALTED', reason });
    await status.set('halted', reason);
    while (!status.isWritten && !signal.aborted) {
      await this.#backoff.pause(signal);
      await status.set('halted', reason);
    }
  }
}
