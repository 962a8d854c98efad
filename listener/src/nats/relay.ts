import type { Pool } from 'pg';
import type { Logger } from 'winston';
import { Backoff, pause } from '../follow/backoff.js';
import { reasonOf } from '../follow/reason.js';
import { eventAt, lastPosition, readOutbox } from '../postgres/outbox.js';
import { OvertakenError, type EventStream, type Identification } from './eventStream.js';

export interface RelayOptions {
  readonly pool: Pool;
  /** Connects; whatever breaks, another one is opened. */
  readonly openStream: () => Promise<EventStream>;
  readonly log: Logger;
  readonly backoff?: Backoff;
  /** how long to wait for word of new events before looking for them */
  readonly pauseMs?: number;
}

const standardPauseMs = 1_000;
const batch = 100;

/**
 * Publishes the outbox in its order. How far it is stands in the stream alone: the event at position p is message p. So a crash between
 * two steps loses nothing and repeats nothing, and several relays of one outbox cannot come between each other. An empty stream is
 * filled from the first event; a stream that holds anything else than this outbox is thrown away and filled anew.
 */
export class Relay {
  readonly #backoff: Backoff;
  /** how far the stream is, as far as this process knows */
  position = 0;
  #hasNews = false;
  #wake: () => void = () => {};

  constructor(private readonly options: RelayOptions) {
    this.#backoff = options.backoff ?? new Backoff();
  }

  /** There may be new events. */
  wake(): void {
    this.#hasNews = true;
    this.#wake();
  }

  /** Goes on until the signal aborts; the message in hand is acknowledged. */
  async run(signal: AbortSignal): Promise<void> {
    const { log, openStream } = this.options;
    let told = '';
    while (!signal.aborted) {
      let stream: EventStream | undefined;
      try {
        stream = await openStream();
        for (;;) {
          this.#hasNews = false;
          await this.#publishNew(stream, signal);
          if (signal.aborted) return;
          if (told) log.info('events are published again');
          told = '';
          this.#backoff.reset();
          await this.#news(signal);
        }
      } catch (error) {
        const reason = reasonOf(error);
        if (!(error instanceof OvertakenError) && reason !== told) log.warn('events are not published', { reason });
        told = reason;
      } finally {
        await stream?.close().catch(() => {});
      }
      await this.#backoff.pause(signal);
    }
  }

  async #publishNew(stream: EventStream, signal: AbortSignal): Promise<void> {
    const { pool } = this.options;
    let position = await this.#position(stream);
    this.position = position ?? this.position;
    while (position !== undefined && !signal.aborted) {
      const events = await readOutbox(pool, position, batch);
      if (events.length === 0) return;
      for (const event of events) {
        if (signal.aborted) return;
        if (event.position !== position + 1) throw new OvertakenError('the outbox is being built anew');
        await stream.publish(event, position);
        position = event.position;
        this.position = position;
      }
    }
  }

  /** How far the stream is; undefined while the outbox, which is being built anew, is behind it. */
  async #position(stream: EventStream): Promise<number | undefined> {
    const { pool, log } = this.options;
    const state = await stream.state();
    if (state.lastSequence === 0) return 0;
    const known = await lastPosition(pool);
    const common = Math.min(state.lastSequence, known);
    const isOurs =
      state.messages > 0 &&
      (common < state.firstSequence || isSame(await stream.at(common), await eventAt(pool, common)));
    if (isOurs) return state.lastSequence <= known ? state.lastSequence : undefined;
    log.warn('the stream does not hold the events of this outbox: it is filled anew', { messages: state.messages });
    await stream.replace(state);
    return 0;
  }

  async #news(signal: AbortSignal): Promise<void> {
    if (this.#hasNews) return;
    const awake = new AbortController();
    this.#wake = () => awake.abort();
    await pause(this.options.pauseMs ?? standardPauseMs, AbortSignal.any([signal, awake.signal]));
  }
}

const isSame = (one: Identification | undefined, other: Identification | undefined): boolean =>
  one !== undefined && one.id === other?.id && one.txId === other.txId;
