/**
 * The Deliver service of a peer in its three forms.
 */
import type { Server } from '@grpc/grpc-js';
import { peer } from '@hyperledger/fabric-protos';
import { field } from '../../encoding/protobufWriter.js';
import { satisfiesThreshold } from '../../genesis/channelPolicies.js';
import { raw } from '../grpc/calls.js';
import type { ServingPeer } from '../ports.js';
import { filteredBlock } from './filteredBlock.js';
import { blockAndPrivateData } from './privateData.js';
import { serveDeliver, type DeliverOptions } from './session.js';

/** Fields of `peer.DeliverResponse`. */
const BLOCK = 2;
const FILTERED_BLOCK = 3;
const BLOCK_AND_PRIVATE_DATA = 4;

const { deliver, deliverFiltered, deliverWithPrivateData } = peer.DeliverService;
const METHODS = {
  deliver: raw(deliver),
  deliverFiltered: raw(deliverFiltered),
  deliverWithPrivateData: raw(deliverWithPrivateData),
};

/** @param stopping ends all streams */
export function addDeliverService(
  server: Server,
  serving: ServingPeer,
  clock: () => number,
  stopping: AbortSignal,
): void {
  const { channel, msps, definitions } = serving;
  const serve =
    (render: DeliverOptions['render']) =>
    (call: Parameters<typeof serveDeliver>[0]): void =>
      serveDeliver(
        call,
        {
          channel: channel.name,
          msps,
          source: serving,
          mayRead: (reader) => satisfiesThreshold(channel.application.readers, [reader]),
          clock,
          render,
        },
        stopping,
      );
  server.addService(METHODS, {
    deliver: serve((number) => field(BLOCK, serving.storedBlock(number).bytes)),
    deliverFiltered: serve((number) =>
      field(FILTERED_BLOCK, filteredBlock(channel.name, serving.storedBlock(number).bytes)),
    ),
    deliverWithPrivateData: serve((number, reader) =>
      field(BLOCK_AND_PRIVATE_DATA, blockAndPrivateData(serving.storedBlock(number), reader, definitions)),
    ),
  });
}
