import { readFileSync } from 'node:fs';
import { DeliverPolicy, jetstream, type ConsumerMessages } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { eventStream } from '@reciprocal-clubs/network/services/natsAccount.js';
import type { ClubProfile } from './profile.js';

/** A CloudEvent of a club's node, as it came from NATS. */
export interface Heard {
  readonly id: string;
  readonly type: string;
  readonly data: { readonly txId: string; readonly block: number; readonly record: object };
  /** from the moment it was asked for until it was there; 0 when it was there before */
  readonly afterMs: number;
}

type Event = Omit<Heard, 'afterMs'>;

const patienceMs = 30_000;

/** The events of a club's node since it was opened. */
export class Inbox {
  /** in the order in which they came */
  readonly events: Event[] = [];
  #arrived = Promise.withResolvers<void>();

  private constructor(
    private readonly connection: NatsConnection,
    private readonly messages: ConsumerMessages,
  ) {}

  static async open({ nats }: Pick<ClubProfile, 'nats'>): Promise<Inbox> {
    const pass = readFileSync(nats.passwordFile, 'utf8').trim();
    const connection = await connect({ servers: nats.server, user: nats.user, pass });
    const consumer = await jetstream(connection).consumers.get(eventStream, { deliver_policy: DeliverPolicy.New });
    const inbox = new Inbox(connection, await consumer.consume());
    void inbox.#read();
    return inbox;
  }

  /** The event of this type about this transaction, as soon as it is there; undefined when it does not come in 30 seconds. */
  async event(type: string, txId: string): Promise<Heard | undefined> {
    const askedMs = Date.now();
    const late = AbortSignal.timeout(patienceMs);
    const gaveUp = new Promise<void>((resolve) => late.addEventListener('abort', () => resolve()));
    for (;;) {
      const arrived = this.#arrived.promise;
      const event = this.events.find((one) => one.type === type && one.data.txId === txId);
      if (event) return { ...event, afterMs: Date.now() - askedMs };
      if (late.aborted) return undefined;
      await Promise.race([arrived, gaveUp]);
    }
  }

  async close(): Promise<void> {
    await this.messages.close();
    await this.connection.close();
  }

  async #read(): Promise<void> {
    for await (const message of this.messages) {
      this.events.push(message.json<Event>());
      this.#arrived.resolve();
      this.#arrived = Promise.withResolvers<void>();
    }
  }
}
