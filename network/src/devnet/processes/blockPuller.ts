/**
 * Pulls blocks from the ordering service into a peer, from where it is, for as long as it lives.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { Client, type ClientDuplexStream } from '@grpc/grpc-js';
import { orderer } from '@hyperledger/fabric-protos';
import { Message } from '../../encoding/protobuf.js';
import { raw } from '../grpc/calls.js';
import { CHANNEL_OPTIONS, tlsCredentials, type Endpoint } from '../grpc/endpoint.js';
import { reasonOf, type Log } from './log.js';

export interface PullOptions {
  readonly ordering: Endpoint;
  /** Number of the next block that the peer needs. */
  readonly nextBlock: () => number;
  /** The signed request for all blocks from this one on. */
  readonly request: (from: number) => Buffer;
  /** Takes one serialized block. @throws Error when it is not what it should be */
  readonly take: (block: Buffer) => Promise<void>;
  readonly log: Log;
}

const FIRST_BACKOFF_MS = 50;
const LAST_BACKOFF_MS = 1_000;
/** Fields of `orderer.DeliverResponse`. */
const STATUS = 1;
const BLOCK = 2;
const DELIVER = raw(orderer.AtomicBroadcastService.deliver);

/** Resolves when told to stop, after the block that is being taken. */
export async function pullBlocks(options: PullOptions, stopping: AbortSignal): Promise<void> {
  const { nextBlock, log } = options;
  let backoffMs = FIRST_BACKOFF_MS;
  while (!stopping.aborted) {
    const before = nextBlock();
    const reason = await pullUntilTheEnd(options, stopping);
    const hasAdvanced = nextBlock() > before;
    if (!stopping.aborted && (hasAdvanced || backoffMs === FIRST_BACKOFF_MS))
      log('warn', 'no blocks from ordering', { reason, nextBlock: nextBlock() });
    backoffMs = hasAdvanced ? FIRST_BACKOFF_MS : Math.min(2 * backoffMs, LAST_BACKOFF_MS);
    await delay(backoffMs, undefined, { signal: stopping }).catch(() => undefined);
  }
}

/** Returns why it ended. */
async function pullUntilTheEnd(options: PullOptions, stopping: AbortSignal): Promise<string> {
  const { ordering, nextBlock, request, take } = options;
  const client = new Client(ordering.address, tlsCredentials(ordering), CHANNEL_OPTIONS);
  const { path, requestSerialize, responseDeserialize } = DELIVER;
  const call = client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize);
  call.on('error', () => undefined);
  const cancel = (): void => call.cancel();
  stopping.addEventListener('abort', cancel);
  try {
    call.write(request(nextBlock()));
    await takeAll(call, take);
    return 'the stream ended';
  } catch (error) {
    return reasonOf(error);
  } finally {
    stopping.removeEventListener('abort', cancel);
    call.cancel();
    client.close();
  }
}

/** One block after the other: the stream waits while one is taken. */
async function takeAll(call: ClientDuplexStream<Buffer, Buffer>, take: PullOptions['take']): Promise<void> {
  for await (const response of call) {
    const message = new Message(response);
    if (!message.has(BLOCK)) throw new Error(`ordering answered with status ${message.integer(STATUS)}`);
    await take(message.bytes(BLOCK));
  }
}
