/**
 * An unmodified gateway client of one club.
 */
import { createPrivateKey } from 'node:crypto';
import { Client, credentials } from '@grpc/grpc-js';
import { connect, hash, signers, type Contract, type Gateway, type Network } from '@hyperledger/fabric-gateway';
import type { User } from '../../../src/certificates/organization.js';
import { CHAINCODE, type TestNetwork, type TestNode } from './test-network.js';

const CHANNEL = 'clubs';

export interface TestClient {
  readonly gateway: Gateway;
  readonly network: Network;
  readonly contract: Contract;
  /** Evaluates and gives the result as text. */
  evaluate(name: string, ...args: string[]): Promise<string>;
  /** Submits, waits for the commit and gives the result as text. */
  submit(name: string, ...args: string[]): Promise<string>;
  close(): void;
}

/** @param of whose identity, if not the club's that the peer belongs to */
export function connectTo(
  network: TestNetwork,
  peerOf: TestNode,
  { of = peerOf, user = 'Client', mspId = of.organization.mspId }: { of?: TestNode; user?: User; mspId?: string } = {},
): TestClient {
  const member = network.paths(of.organization).user(user);
  const tlsRoots = network.read(network.paths(peerOf.organization).tlsAuthority);
  const client = new Client(`localhost:${peerOf.port}`, credentials.createSsl(Buffer.from(tlsRoots)));
  const gateway = connect({
    client,
    identity: { mspId, credentials: Buffer.from(network.read(member.certificate)) },
    signer: signers.newPrivateKeySigner(createPrivateKey(network.read(member.privateKey))),
    hash: hash.sha256,
  });
  const channel = gateway.getNetwork(CHANNEL);
  const contract = channel.getContract(CHAINCODE);
  return {
    gateway,
    network: channel,
    contract,
    evaluate: async (name, ...args) => text(await contract.evaluateTransaction(name, ...args)),
    submit: async (name, ...args) => text(await contract.submitTransaction(name, ...args)),
    close: () => {
      gateway.close();
      client.close();
    },
  };
}

export function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString();
}
