/**
 * One stream of Deliver: a client asks for blocks, gets them, and may ask again (common/deliver of Fabric).
 */
import type { ServerDuplexStream } from '@grpc/grpc-js';
import { common } from '@hyperledger/fabric-protos';
import { parseEnvelope, type Envelope } from '../../blocks/envelope.js';
import { integerField } from '../../encoding/protobufWriter.js';
import { InvalidIdentityError, type Identity, type Msps } from '../../identity/msp.js';
import { send, serveRequests } from '../grpc/calls.js';
import { untilBlock, type BlockSource } from './follow.js';
import { readSeekInfo } from './seek.js';

export interface DeliverOptions {
  readonly channel: string;
  readonly msps: Msps;
  readonly source: BlockSource;
  readonly mayRead: (reader: Identity) => boolean;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** Serialized `DeliverResponse` with what this reader may have of the block. */
  readonly render: (blockNumber: number, reader: Identity) => Buffer;
}

const { Status } = common;
type StatusCode = common.StatusMap[keyof common.StatusMap];

/** How far a request's timestamp may be off. */
const TIME_WINDOW_MS = 15 * 60 * 1000;
const STATUS_FIELD = 1;

/** After an answer other than SUCCESS the stream ends. */
export function serveDeliver(
  call: ServerDuplexStream<Buffer, Buffer>,
  options: DeliverOptions,
  stopping: AbortSignal,
): void {
  serveRequests(call, stopping, async (request, end) => {
    const status = await deliverBlocks(call, request, options, end);
    await send(call, integerField(STATUS_FIELD, status), end);
    return status === Status.SUCCESS;
  });
}

async function deliverBlocks(
  call: ServerDuplexStream<Buffer, Buffer>,
  request: Buffer,
  options: DeliverOptions,
  end: AbortSignal,
): Promise<StatusCode> {
  const { source, msps, render } = options;
  const envelope = readRequest(request, options.clock());
  if (!envelope) return Status.BAD_REQUEST;
  if (envelope.channel !== options.channel) return Status.NOT_FOUND;
  const reader = readerOf(envelope, options);
  if (!reader) return Status.FORBIDDEN;
  const range = readSeekInfo(envelope.data, source.height);
  if (typeof range === 'string') return Status[range];
  for (let next = range.start; ; next++) {
    if (range.failIfNotReady && next >= source.height) return Status.NOT_FOUND;
    await untilBlock(source, next, end);
    if (msps.isExpired(reader)) return Status.FORBIDDEN;
    await send(call, render(next, reader), end);
    if (next === range.stop) return Status.SUCCESS;
  }
}

function readRequest(request: Buffer, nowMs: number): Envelope | undefined {
  try {
    const envelope = parseEnvelope(request);
    const isTimely = Math.abs(nowMs - (envelope.timestampMs ?? Number.NaN)) <= TIME_WINDOW_MS;
    return isTimely ? envelope : undefined;
  } catch {
    return undefined;
  }
}

function readerOf({ creator, payload, signature }: Envelope, options: DeliverOptions): Identity | undefined {
  try {
    const identity = options.msps.authenticate(creator, payload, signature);
    return options.mayRead(identity) && !options.msps.isExpired(identity) ? identity : undefined;
  } catch (error) {
    if (error instanceof InvalidIdentityError) return undefined;
    throw error;
  }
}
