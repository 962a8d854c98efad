/**
 * The network as one peer's gateway sees it. Who takes part is configured; nobody gossips.
 */
import type { Identity } from '../../identity/msp.js';
import type { Endpoint } from '../grpc/endpoint.js';
import type { ServingPeer } from '../ports.js';
import { localEndorser, remoteEndorser, type Endorser } from './endorsers.js';
import { OrderingClient } from './orderingClient.js';

/** Another club's peer. */
export interface RemotePeer extends Endpoint {
  /** What it endorses as. */
  readonly identity: Identity;
}

export interface OrderingNode extends Endpoint {
  readonly mspId: string;
}

export interface NetworkOptions {
  readonly serving: ServingPeer;
  readonly ownIdentity: Identity;
  readonly ownAddress: string;
  readonly peers: readonly RemotePeer[];
  readonly ordering: OrderingNode;
}

/** Names that Fabric's peers answer to on every channel. */
const SYSTEM_CHAINCODES = ['_lifecycle', 'cscc', 'lscc', 'qscc'];

export class GatewayNetwork {
  readonly serving: ServingPeer;
  readonly ordering: OrderingClient;
  readonly #endorsers: readonly Endorser[];

  constructor({ serving, ownIdentity, ownAddress, peers, ordering }: NetworkOptions) {
    this.serving = serving;
    this.ordering = new OrderingClient(ordering);
    this.#endorsers = [
      localEndorser(serving, ownIdentity, ownAddress),
      ...peers.map(({ identity, ...endpoint }) => remoteEndorser(identity, endpoint)),
    ];
  }

  get mspId(): string {
    return this.serving.mspId;
  }

  hasChannel(name: string): boolean {
    return name === this.serving.channel.name;
  }

  /** The own peer first; none when the channel or the chaincode is not there. */
  endorsersOf(channel: string, chaincode: string): readonly Endorser[] {
    const isDefined =
      this.serving.definitions.chaincode(chaincode) !== undefined || SYSTEM_CHAINCODES.includes(chaincode);
    return this.hasChannel(channel) && isDefined ? this.#endorsers : [];
  }

  close(): void {
    for (const endorser of this.#endorsers) endorser.close();
    this.ordering.close();
  }
}
