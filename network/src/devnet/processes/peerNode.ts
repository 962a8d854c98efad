/**
 * The peer process: a peer, what it speaks to, and its ports.
 */
import { createPrivateKey } from 'node:crypto';
import { serializeIdentity } from '../../identity/msp.js';
import { openCall } from '../chaincode/messages.js';
import { ChaincodeStream } from '../chaincode/stream.js';
import { addDeliverService } from '../deliver/peerDeliver.js';
import { seekRequest } from '../deliver/seekRequest.js';
import { addEndorserService, addGatewayService } from '../gateway/gatewayService.js';
import { GatewayNetwork } from '../gateway/network.js';
import { LoopbackServer } from '../grpc/server.js';
import { Peer } from '../peer.js';
import { QueryChaincode } from '../qscc.js';
import { FileStorage } from '../storage/files.js';
import { pullBlocks } from './blockPuller.js';
import { tlsRootsOf, type PeerConfiguration } from './configuration.js';
import type { ProcessContext, RunningProcess } from './main.js';
import { healthOf, serveOperations } from './operations.js';
import { verifyNext } from './verifyNext.js';

type Chaincodes = ReadonlyMap<string, ChaincodeStream>;

/** @throws PortTakenError, FolderInUseError, DamagedFileError, or Error when the folder is another channel's */
export async function startPeerNode(
  configuration: PeerConfiguration,
  context: ProcessContext,
): Promise<RunningProcess> {
  const { port, operationsPort, tls, dataFolder } = configuration;
  const clock = Date.now;
  const chaincodes = chaincodeStreams(configuration);
  const peer = await Peer.start({
    mspId: configuration.mspId,
    credentials: configuration.credentials,
    genesisBlock: configuration.genesisBlock,
    definitions: configuration.chaincodes.map(({ definition }) => definition),
    hosts: chaincodes,
    storage: new FileStorage(dataFolder),
    clock,
    systemChaincodes: new Map([['qscc', (serving) => new QueryChaincode(serving)]]),
  });
  const network = gatewayNetwork(peer, configuration);
  const server = new LoopbackServer();
  addGatewayService(server.server, network, server.stopping);
  addEndorserService(server.server, network, server.stopping);
  addDeliverService(server.server, peer, clock, server.stopping);
  await server.listen(port, tls);
  const operations = await serveOperations(operationsPort, (path) => report(path, peer, chaincodes));
  const pulling = startPulling(peer, configuration, context, server.stopping);
  context.log('info', 'ready', { port, operationsPort, height: peer.height });
  return {
    stop: async () => {
      await server.stop();
      await pulling;
      network.close();
      for (const chaincode of chaincodes.values()) chaincode.close();
      operations.close();
      await peer.close();
    },
  };
}

function chaincodeStreams({ chaincodes }: PeerConfiguration): Chaincodes {
  return new Map(
    chaincodes.map(({ definition: { name, packageId }, address, tlsRoots }) => [
      name,
      new ChaincodeStream({ packageId, endpoint: { address, tlsRoots }, openCall }),
    ]),
  );
}

function gatewayNetwork(peer: Peer, { address, peers, ordering, channel }: PeerConfiguration): GatewayNetwork {
  return new GatewayNetwork({
    serving: peer,
    ownIdentity: peer.msps.identity(peer.identity),
    ownAddress: address,
    peers: peers.map((other) => ({
      address: other.address,
      tlsRoots: tlsRootsOf(other.mspId, channel),
      identity: peer.msps.identity(serializeIdentity(other.mspId, other.certificate)),
    })),
    ordering: { ...ordering, tlsRoots: tlsRootsOf(ordering.mspId, channel) },
  });
}

/** A peer that could not take a block takes no other: its process ends, and looks anew when it is started again. */
async function startPulling(
  peer: Peer,
  { ordering, channel, credentials }: PeerConfiguration,
  { log, fail }: ProcessContext,
  stopping: AbortSignal,
): Promise<void> {
  const signer = { identity: peer.identity, key: createPrivateKey(credentials.privateKey) };
  await pullBlocks(
    {
      ordering: { address: ordering.address, tlsRoots: tlsRootsOf(ordering.mspId, channel) },
      nextBlock: () => peer.height,
      request: (from) => seekRequest(channel.name, from, signer, new Date()),
      take: async (block) => {
        verifyNext(block, peer);
        await peer.commit(block).catch(fail);
      },
      log,
    },
    stopping,
  );
}

function report(path: string, peer: Peer, chaincodes: Chaincodes): object | undefined {
  if (path === '/healthz')
    return { ...healthOf(), ...ledgerReport(peer, peer.height - 1), chaincodes: states(chaincodes) };
  const number = /^\/state\/(\d{1,15})$/.exec(path)?.[1];
  return number === undefined || Number(number) >= peer.height ? undefined : ledgerReport(peer, Number(number));
}

function ledgerReport(peer: Peer, blockNumber: number): object {
  return {
    height: peer.height,
    blockNumber,
    commitHash: peer.commitHash(blockNumber).toString('hex'),
    stateHash: peer.stateHash(blockNumber).toString('hex'),
  };
}

function states(chaincodes: Chaincodes): object {
  return Object.fromEntries([...chaincodes].map(([name, { state }]) => [name, state]));
}
