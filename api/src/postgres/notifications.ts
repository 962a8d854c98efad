import { EventEmitter } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { connectOne, type DatabaseConfiguration } from '@reciprocal-clubs/postgres/connect.js';
import type pg from 'pg';
import type { Logger } from 'winston';

/** What an operation waits with. */
export interface Watch {
  /** Resolves when there may be a verdict: one was told, or may have been missed, or the time is over. */
  notice(timeoutMs: number, signal: AbortSignal): Promise<void>;
  end(): void;
}

const firstBackoffMs = 50;
const lastBackoffMs = 2_000;

/**
 * What the listener tells of each block, as one connection to the club's database hears it. A connection that ends is made again, and
 * everybody who waits looks again: what was told meanwhile is in the tables.
 */
export class Notifications {
  readonly #changed = new EventEmitter().setMaxListeners(0);
  readonly #end = new AbortController();
  #client: pg.Client | undefined;
  #height = 0;
  #following: Promise<void> | undefined;

  constructor(
    private readonly database: DatabaseConfiguration,
    private readonly log: Logger,
  ) {}

  /** Number of blocks that the read model has. */
  get height(): number {
    return this.#height;
  }

  get isConnected(): boolean {
    return this.#client !== undefined;
  }

  /** Goes on until `close`; a database that is away is tried again. */
  start(): void {
    this.#following ??= this.#follow();
  }

  /** From this call on no verdict of the operation goes unnoticed. Call `end` when it is no longer awaited. */
  watch(operationId: string): Watch {
    const events = [`operation ${operationId}`, 'missed'];
    let noticed = false;
    const notice = (): void => {
      noticed = true;
    };
    for (const event of events) this.#changed.on(event, notice);
    return {
      notice: async (timeoutMs, signal) => {
        if (!noticed) await this.#next(events, timeoutMs, signal);
        noticed = false;
      },
      end: () => {
        for (const event of events) this.#changed.off(event, notice);
      },
    };
  }

  /** True as soon as the read model has so many blocks; false when it does not in time. */
  async reach(height: number, timeoutMs: number): Promise<boolean> {
    const deadlineMs = Date.now() + timeoutMs;
    while (this.#height < height && Date.now() < deadlineMs && !this.#end.signal.aborted) {
      await this.#next(['block', 'missed'], deadlineMs - Date.now(), this.#end.signal);
    }
    return this.#height >= height;
  }

  async close(): Promise<void> {
    this.#end.abort();
    await this.#following;
  }

  async #follow(): Promise<void> {
    let backoffMs = firstBackoffMs;
    while (!this.#end.signal.aborted) {
      try {
        await this.#listen();
        backoffMs = firstBackoffMs;
      } catch (error) {
        this.log.warn('cannot listen to the database', { reason: error instanceof Error ? error.message : 'unknown' });
      }
      await delay(backoffMs, undefined, { signal: this.#end.signal }).catch(() => {});
      backoffMs = Math.min(backoffMs * 2, lastBackoffMs);
    }
  }

  /** Returns when the connection has ended. @throws when it cannot be made */
  async #listen(): Promise<void> {
    const client = connectOne(this.database, { application: 'api notifications' });
    const { promise: ended, resolve } = Promise.withResolvers<void>();
    const end = (): void => resolve();
    client.on('error', end);
    client.on('end', end);
    // While it is being connected too.
    this.#end.signal.addEventListener('abort', end);
    client.on('notification', ({ channel, payload = '' }) => this.#hear(channel, payload));
    try {
      await client.connect();
      await client.query('LISTEN block');
      await client.query('LISTEN operation');
      const { rows } = await client.query<{ next: number }>('SELECT next FROM projection.cursor');
      this.#height = rows[0]?.next ?? 0;
      this.#client = client;
      this.#changed.emit('missed');
      await ended;
    } finally {
      this.#client = undefined;
      this.#end.signal.removeEventListener('abort', end);
      await client.end().catch(() => {});
    }
  }

  #hear(channel: string, payload: string): void {
    // It may be lower than before: a read model that is built anew starts again from the first block.
    if (channel === 'block') this.#height = Number(payload) + 1;
    this.#changed.emit(channel === 'block' ? 'block' : `operation ${payload}`);
  }

  #next(events: readonly string[], timeoutMs: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        for (const event of events) this.#changed.off(event, done);
        resolve();
      };
      const timer = setTimeout(done, Math.max(0, timeoutMs));
      if (signal.aborted) done();
      signal.addEventListener('abort', done);
      for (const event of events) this.#changed.on(event, done);
    });
  }
}
