import { AckPolicy, DeliverPolicy, jetstream, jetstreamManager, type ConsumerMessages } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { connectNats } from '@reciprocal-clubs/listener/nats/connectNats.js';
import { eventStream } from '@reciprocal-clubs/network/services/natsAccount.js';
import type { ClubProfile } from '../journeys/first/profile.js';

const durable = 'inbox';
const pauseMs = 100;

/** A consumer of a club's events that keeps an inbox: what it has acted on it does not act on again. */
export class InboxConsumer {
  /** ids of the events that it acted on, in the order in which they came */
  readonly acted = new Set<string>();
  /** events that came although the inbox had them */
  repeats = 0;
  #stopped = false;
  #connection: NatsConnection | undefined;
  #messages: ConsumerMessages | undefined;
  #running: Promise<void> = Promise.resolve();
  #came = Promise.withResolvers<void>();

  constructor(private readonly profile: Pick<ClubProfile, 'nats'>) {}

  start(): void {
    this.#running = this.#run();
  }

  /** Resolves as soon as it is so, which is looked at after every event that comes. */
  async until(isSo: () => boolean): Promise<void> {
    for (;;) {
      const came = this.#came.promise;
      if (isSo()) return;
      await came;
    }
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#messages?.close();
    await this.#connection?.close();
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      try {
        await this.#consume();
      } catch {
        // NATS is away, or its store is new and the consumer with it: made again, the inbox tells what is known.
      }
      if (!this.#stopped) await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }

  async #consume(): Promise<void> {
    this.#connection = await connectNats(this.profile.nats, 'inbox');
    try {
      const manager = await jetstreamManager(this.#connection);
      await manager.consumers.add(eventStream, {
        durable_name: durable,
        ack_policy: AckPolicy.Explicit,
        deliver_policy: DeliverPolicy.All,
      });
      const consumer = await jetstream(this.#connection).consumers.get(eventStream, durable);
      this.#messages = await consumer.consume();
      for await (const message of this.#messages) {
        const { id } = message.json<{ id: string }>();
        if (this.acted.has(id)) this.repeats += 1;
        else this.acted.add(id);
        message.ack();
        this.#came.resolve();
        this.#came = Promise.withResolvers();
      }
    } finally {
      await this.#connection.close();
    }
  }
}
