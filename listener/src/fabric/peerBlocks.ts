// The gateway client decodes what the peer sends with generated classes.
import '@reciprocal-clubs/network/encoding/boundedDecoder.js';
import type { Gateway } from '@hyperledger/fabric-gateway';
import type { peer } from '@hyperledger/fabric-protos';
import { asBuffer } from '@reciprocal-clubs/network/encoding/protobuf.js';
import type { BlockSource, DeliveredBlock, PrivateSet } from './delivery.js';

/** A connection to the peer, made for one stream. */
export interface Connection {
  readonly gateway: Gateway;
  close(): void;
}

/** The stream of blocks ended; the message says why. */
export class StreamEndedError extends Error {
  override readonly name = 'StreamEndedError';
}

/** The block stream of a peer, by its gateway client. Each stream dials anew: a connection once lost would wait longer and longer. */
export class PeerBlocks implements BlockSource {
  constructor(
    private readonly connect: () => Connection,
    private readonly channel: string,
  ) {}

  /** @throws StreamEndedError */
  async *blocks(from: number, signal: AbortSignal): AsyncGenerator<DeliveredBlock, void, undefined> {
    if (signal.aborted) return;
    const connection = this.connect();
    let close = (): void => connection.close();
    const abort = (): void => close();
    signal.addEventListener('abort', abort);
    try {
      const network = connection.gateway.getNetwork(this.channel);
      const stream = await network.getBlockAndPrivateDataEvents({ startBlock: BigInt(from) });
      close = () => {
        // Left to itself a stream goes on after the loop around it.
        stream.close();
        connection.close();
      };
      // Asked at once: a stream that fails before anybody has read from it ends the process.
      const iterator = stream[Symbol.asyncIterator]();
      for (;;) yield delivered((await iterator.next()).value);
    } catch (error) {
      if (!signal.aborted) throw ended(error);
    } finally {
      signal.removeEventListener('abort', abort);
      close();
    }
  }
}

function delivered(message: peer.BlockAndPrivateData): DeliveredBlock {
  const privateSets: PrivateSet[] = [];
  for (const [index, transaction] of message.getPrivateDataMapMap().entries()) {
    for (const namespace of transaction.getNsPvtRwsetList()) {
      for (const set of namespace.getCollectionPvtRwsetList()) {
        privateSets.push({
          index,
          namespace: namespace.getNamespace(),
          collection: set.getCollectionName(),
          rwset: asBuffer(set.getRwset_asU8()),
        });
      }
    }
  }
  return { bytes: asBuffer(message.getBlock()?.serializeBinary() ?? new Uint8Array()), privateSets };
}

const statuses: Record<string, string> = {
  '400': 'the peer does not take the request (400)',
  '403': 'the peer refuses this client (403)',
  '404': 'the peer does not have that block yet (404)',
  '503': 'the peer is not serving (503)',
};

function ended(error: unknown): StreamEndedError {
  // A graceful end: the client looks for a block in nothing.
  if (error instanceof TypeError) return new StreamEndedError('the peer ended the stream', { cause: error });
  const message = error instanceof Error ? error.message : String(error);
  const status = /^Unexpected status response: (\d+)$/.exec(message)?.[1];
  return new StreamEndedError((status && statuses[status]) ?? message, { cause: error });
}
