import {
  AckPolicy,
  DeliverPolicy,
  jetstream,
  jetstreamManager,
  JetStreamApiError,
  type JsMsg,
} from '@nats-io/jetstream';
import { nanos, type NatsConnection } from '@nats-io/nats-core';
import { eventStream } from '@reciprocal-clubs/network/services/natsAccount.js';
import type { CloudEvent } from '../projection/cloudEvent.js';

export interface FollowOptions {
  /** name of the durable consumer: who comes back under it goes on where it was */
  readonly name: string;
  /** where a new consumer begins */
  readonly from: 'first' | 'new';
  readonly signal: AbortSignal;
}

const ackWaitMs = 30_000;
/** One, or an event that comes again would come after the next. */
const mostPending = 1;
const retryMs = 1_000;
const consumerNotFound = 10_014;

/**
 * Hands over the events of a club one after the other, each until it was handled: an event is acknowledged when `handle` resolves, and
 * comes again when it rejects. It may come twice; whoever must not do a thing twice remembers the ids.
 *
 * @returns when the signal aborts
 * @throws Error when the connection or the stream is gone: connect again, and go on
 */
export async function followEvents(
  connection: NatsConnection,
  { name, from, signal }: FollowOptions,
  handle: (event: CloudEvent) => void | Promise<void>,
): Promise<void> {
  await makeConsumer(connection, name, from);
  const consumer = await jetstream(connection).consumers.get(eventStream, name);
  const messages = await consumer.consume({ abort_on_missing_resource: true });
  const stop = (): void => void messages.close();
  signal.addEventListener('abort', stop);
  try {
    if (signal.aborted) return;
    for await (const message of messages) await handOver(message, handle);
  } finally {
    signal.removeEventListener('abort', stop);
    await messages.close();
  }
  if (!signal.aborted) throw new Error('the stream of events ended');
}

/** As it is, if it is there. */
async function makeConsumer(connection: NatsConnection, name: string, from: FollowOptions['from']): Promise<void> {
  const { consumers } = await jetstreamManager(connection, { checkAPI: false });
  try {
    await consumers.info(eventStream, name);
  } catch (error) {
    if (!(error instanceof JetStreamApiError) || error.code !== consumerNotFound) throw error;
    await consumers.add(eventStream, {
      durable_name: name,
      ack_policy: AckPolicy.Explicit,
      deliver_policy: from === 'first' ? DeliverPolicy.All : DeliverPolicy.New,
      ack_wait: nanos(ackWaitMs),
      max_ack_pending: mostPending,
    });
  }
}

async function handOver(message: JsMsg, handle: (event: CloudEvent) => void | Promise<void>): Promise<void> {
  try {
    await handle(message.json<CloudEvent>());
    message.ack();
  } catch {
    message.nak(retryMs);
  }
}
