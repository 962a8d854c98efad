import {
  DiscardPolicy,
  jetstream,
  jetstreamManager,
  JetStreamApiError,
  RetentionPolicy,
  StorageType,
  type JetStreamClient,
  type JetStreamManager,
} from '@nats-io/jetstream';
import { nanos, type NatsConnection } from '@nats-io/nats-core';
import { eventStream } from '@reciprocal-clubs/network/services/natsAccount.js';
import type { CloudEvent } from '../projection/cloudEvent.js';

/** An event as it is published. */
export interface PublishedEvent {
  /** of the CloudEvent, and of the message */
  readonly id: string;
  /** `<slice>.<event>` */
  readonly type: string;
  /** the CloudEvent as JSON */
  readonly json: string;
}

/** What stands in a stream. Its messages are numbered from 1. */
export interface StreamState {
  /** which stream it is: another one of the same name has another time */
  readonly created: string;
  readonly messages: number;
  readonly firstSequence: number;
  /** 0: nothing was ever published */
  readonly lastSequence: number;
}

/** Which event it is: ids are used again by another channel of the same name, transactions are not. */
export interface Identification {
  readonly id: string;
  readonly txId: string;
}

/** Somebody else has published meanwhile, or the stream is another one. */
export class OvertakenError extends Error {
  override readonly name = 'OvertakenError';
}

/** The published events of a club, in the order of its outbox: the event at a position is the message of that number. */
export interface EventStream {
  state(): Promise<StreamState>;
  /** The event that a message holds; undefined when there is no such message any more. */
  at(sequence: number): Promise<Identification | undefined>;
  /** Adds one event, if the last message is the one of this number. @throws OvertakenError */
  publish(event: PublishedEvent, after: number): Promise<void>;
  /** Throws the stream away, unless somebody did that before, and makes an empty one. */
  replace(old: StreamState): Promise<void>;
  close(): Promise<void>;
}

const timeoutMs = 5_000;
const maxBytes = 2 ** 30;
const maxEventBytes = 4 * 2 ** 20;
const duplicateWindowMs = 120_000;
const streamNotFound = 10_059;
const messageNotFound = 10_037;
const wrongLastSequence = 10_071;

/** The stream in JetStream. What it holds can be published again from the outbox; it forgets the oldest when it is full. */
export class NatsEventStream implements EventStream {
  private constructor(
    private readonly connection: NatsConnection,
    private readonly manager: JetStreamManager,
    private readonly client: JetStreamClient,
    private readonly club: string,
  ) {}

  /** Over this connection, which it closes; the stream is made if there is none. */
  static async open(connection: NatsConnection, club: string): Promise<NatsEventStream> {
    try {
      const options = { checkAPI: false, timeout: timeoutMs };
      const manager = await jetstreamManager(connection, options);
      const stream = new NatsEventStream(connection, manager, jetstream(connection, options), club);
      await stream.#make();
      return stream;
    } catch (error) {
      await connection.close();
      throw error;
    }
  }

  async state(): Promise<StreamState> {
    const { created, state } = await this.manager.streams.info(eventStream);
    return {
      created,
      messages: state.messages,
      firstSequence: state.first_seq,
      lastSequence: state.last_seq,
    };
  }

  async at(sequence: number): Promise<Identification | undefined> {
    try {
      const message = await this.manager.streams.getMessage(eventStream, { seq: sequence });
      const event = message?.json<CloudEvent>();
      return event && { id: event.id, txId: event.data.txId };
    } catch (error) {
      if (isApiError(error, messageNotFound)) return undefined;
      throw error;
    }
  }

  async publish({ id, type, json }: PublishedEvent, after: number): Promise<void> {
    const subject = `clubs.${this.club}.${type}`;
    try {
      const { seq, duplicate } = await this.client.publish(subject, json, {
        msgID: id,
        expect: { streamName: eventStream, lastSequence: after },
      });
      if (duplicate || seq !== after + 1) throw new OvertakenError(`event ${id} was published before`);
    } catch (error) {
      if (isApiError(error, wrongLastSequence)) throw new OvertakenError('others publish too', { cause: error });
      throw error;
    }
  }

  async replace({ created }: StreamState): Promise<void> {
    const present = await this.manager.streams.info(eventStream);
    if (present.created === created) await this.manager.streams.delete(eventStream);
    await this.#make();
  }

  async close(): Promise<void> {
    await this.connection.close();
  }

  async #make(): Promise<void> {
    const config = {
      name: eventStream,
      description: `events of ${this.club}`,
      subjects: [`clubs.${this.club}.>`],
      storage: StorageType.File,
      retention: RetentionPolicy.Limits,
      discard: DiscardPolicy.Old,
      max_msgs: -1,
      max_bytes: maxBytes,
      max_age: 0,
      max_msg_size: maxEventBytes,
      num_replicas: 1,
      duplicate_window: nanos(duplicateWindowMs),
      allow_direct: false,
    };
    try {
      await this.manager.streams.info(eventStream);
      await this.manager.streams.update(eventStream, config);
    } catch (error) {
      if (!isApiError(error, streamNotFound)) throw error;
      await this.manager.streams.add(config);
    }
  }
}

const isApiError = (error: unknown, code: number): boolean => error instanceof JetStreamApiError && error.code === code;
