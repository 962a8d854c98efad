/**
 * The AtomicBroadcast service of an ordering node.
 */
import type { Server, ServerDuplexStream } from '@grpc/grpc-js';
import { orderer } from '@hyperledger/fabric-protos';
import { field } from '../../encoding/protobufWriter.js';
import { satisfiesThreshold } from '../../genesis/channelPolicies.js';
import type { Channel } from '../../genesis/channel.js';
import type { Identity, Msps } from '../../identity/msp.js';
import { serveDeliver } from '../deliver/session.js';
import { raw } from '../grpc/calls.js';
import { serveBroadcast } from './broadcast.js';
import type { OrderingChain } from './chain.js';

export interface OrderingServiceOptions {
  readonly channel: Channel;
  readonly msps: Msps;
  readonly chain: OrderingChain;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
}

type Stream = ServerDuplexStream<Buffer, Buffer>;

/** Field of `orderer.DeliverResponse`. */
const BLOCK = 2;

const { broadcast, deliver } = orderer.AtomicBroadcastService;
const METHODS = { broadcast: raw(broadcast), deliver: raw(deliver) };

/** @param stopping ends all streams */
export function addOrderingService(server: Server, options: OrderingServiceOptions, stopping: AbortSignal): void {
  const { channel, msps, chain, clock } = options;
  const order = (envelope: Buffer): Promise<void> => chain.order(envelope);
  const deliverOptions = {
    channel: channel.name,
    msps,
    source: chain,
    mayRead: (reader: Identity) => mayRead(reader, channel),
    clock,
    render: (number: number) => field(BLOCK, chain.block(number)),
  };
  server.addService(METHODS, {
    broadcast: (call: Stream) => serveBroadcast(call, { channel, msps, order }, stopping),
    deliver: (call: Stream) => serveDeliver(call, deliverOptions, stopping),
  });
}

function mayRead(reader: Identity, { application, ordering }: Channel): boolean {
  return satisfiesThreshold(application.readers, [reader]) || satisfiesThreshold(ordering.readers, [reader]);
}
