import type { ServerDuplexStream } from '@grpc/grpc-js';
import { peer } from '@hyperledger/fabric-protos';
import { PeerConnection } from '@reciprocal-clubs/api/fabric/connection.js';
import { addDeliverService } from '@reciprocal-clubs/network/devnet/deliver/peerDeliver.js';
import { raw } from '@reciprocal-clubs/network/devnet/grpc/calls.js';
import { LoopbackServer } from '@reciprocal-clubs/network/devnet/grpc/server.js';
import { consortiumOf, keysOf } from '@reciprocal-clubs/network/devnet/inProcess/members.js';
import type { Connection } from '../../src/fabric/peerBlocks.js';
import { mspIds, type ClubId, type World } from '../world.js';

export type DeliverCall = ServerDuplexStream<Buffer, Buffer>;

/** A peer of a world with a socket. */
export interface ServedPeer {
  readonly port: number;
  /** PEM */
  readonly tlsRootCertificate: string;
  readonly credentials: { readonly certificate: string; readonly privateKey: string };
  /** Connections as the club's client, or as somebody else. */
  connector(as?: ClubId): () => Connection;
  stop(): Promise<void>;
}

/** The Deliver service of the real peer. */
export function servePeer(world: World, club: ClubId, port = 0): Promise<ServedPeer> {
  return serve(club, port, (server) =>
    addDeliverService(server.server, world.network.peer(mspIds[club]), () => Date.now(), server.stopping),
  );
}

/** A peer that does with each stream what a test says, or cuts all connections. */
export function scriptedPeer(script: (call: DeliverCall, nth: number, cut: () => void) => void): Promise<ServedPeer> {
  let calls = 0;
  return serve('harbour', 0, ({ server }) => {
    const { deliverWithPrivateData } = peer.DeliverService;
    server.addService(
      { deliverWithPrivateData: raw(deliverWithPrivateData) },
      { deliverWithPrivateData: (call: DeliverCall) => script(call, calls++, () => server.forceShutdown()) },
    );
  });
}

async function serve(club: ClubId, port: number, add: (server: LoopbackServer) => void): Promise<ServedPeer> {
  const organizations = await keysOf(consortiumOf(Object.values(mspIds)));
  const keys = (id: ClubId) => {
    const found = organizations.get(mspIds[id]);
    if (!found) throw new Error(`no keys of ${id}`);
    return found;
  };
  const clientOf = (id: ClubId) => {
    const client = keys(id).users.find(({ name }) => name.startsWith('Client@'));
    if (!client) throw new Error(`${id} has no client`);
    return client.identity;
  };
  const { node, tlsAuthority } = keys(club);
  const server = new LoopbackServer();
  add(server);
  const bound = await server.listen(port, {
    certificate: Buffer.from(node.tls.certificate),
    privateKey: Buffer.from(node.tls.privateKey),
  });
  return {
    port: bound,
    tlsRootCertificate: tlsAuthority.certificate,
    credentials: clientOf(club),
    connector:
      (as = club) =>
      () => {
        const address = { address: `localhost:${bound}`, tlsRootCertificate: tlsAuthority.certificate };
        const connection = new PeerConnection(address, mspIds[as]);
        return { gateway: connection.as(clientOf(as)), close: () => connection.close() };
      },
    stop: () => server.stop(),
  };
}
