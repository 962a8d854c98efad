/**
 * The ordering service as a gateway uses it.
 */
import { orderer, type common } from '@hyperledger/fabric-protos';
import type { ServiceError } from '@grpc/grpc-js';
import { CHANNEL_OPTIONS, tlsCredentials } from '../grpc/endpoint.js';
import type { OrderingNode } from './network.js';

const BROADCAST_TIMEOUT_MS = 30_000;

export class OrderingClient {
  readonly node: OrderingNode;
  readonly #client: orderer.AtomicBroadcastClient;

  constructor(node: OrderingNode) {
    this.node = node;
    this.#client = new orderer.AtomicBroadcastClient(node.address, tlsCredentials(node), CHANNEL_OPTIONS);
  }

  /** @throws ServiceError when there is no answer */
  broadcast(envelope: common.Envelope, end: AbortSignal): Promise<orderer.BroadcastResponse> {
    const { promise, resolve, reject } = Promise.withResolvers<orderer.BroadcastResponse>();
    const call = this.#client.broadcast({ deadline: Date.now() + BROADCAST_TIMEOUT_MS });
    const cancel = (): void => call.cancel();
    end.addEventListener('abort', cancel);
    call.on('data', resolve);
    call.on('error', (error: ServiceError) => {
      end.removeEventListener('abort', cancel);
      reject(error);
    });
    call.on('end', () => {
      end.removeEventListener('abort', cancel);
      reject(new Error('EOF'));
    });
    call.write(envelope);
    call.end();
    return promise;
  }

  close(): void {
    this.#client.close();
  }
}
