/**
 * One stream of Broadcast: envelopes are taken one after the other, each is answered.
 */
import type { ServerDuplexStream } from '@grpc/grpc-js';
import { common } from '@hyperledger/fabric-protos';
import { field, integerField } from '../../encoding/protobufWriter.js';
import type { Channel } from '../../genesis/channel.js';
import type { Msps } from '../../identity/msp.js';
import { send, serveRequests, unlessAborted } from '../grpc/calls.js';
import { RefusedEnvelopeError, admit, type BroadcastStatus } from './admission.js';

export interface BroadcastOptions {
  readonly channel: Channel;
  readonly msps: Msps;
  /** Resolves when the serialized envelope is in a block. */
  readonly order: (envelope: Buffer) => Promise<void>;
}

interface Answer {
  readonly status: BroadcastStatus;
  readonly info: string;
}

const { Status } = common;

/** After a refusal the stream ends, as Fabric's does. */
export function serveBroadcast(
  call: ServerDuplexStream<Buffer, Buffer>,
  options: BroadcastOptions,
  stopping: AbortSignal,
): void {
  serveRequests(call, stopping, async (request, end) => {
    const { status, info } = await unlessAborted(end, process(request, options));
    await send(call, Buffer.concat([integerField(1, status), field(2, info)]), end);
    return status === Status.SUCCESS;
  });
}

/** The envelope is ordered as it was understood: in one encoding, without fields that nobody knows. */
async function process(request: Buffer, { channel, msps, order }: BroadcastOptions): Promise<Answer> {
  try {
    const { payload, signature } = admit(request, channel, msps);
    await order(Buffer.concat([field(1, payload), field(2, signature)]));
    return { status: Status.SUCCESS, info: '' };
  } catch (error) {
    if (error instanceof RefusedEnvelopeError) return { status: error.status, info: error.message };
    return { status: Status.SERVICE_UNAVAILABLE, info: error instanceof Error ? error.message : String(error) };
  }
}
