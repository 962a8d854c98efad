/**
 * An unmodified gateway client of one club.
 */
import { createPrivateKey } from 'node:crypto';
import { Client, credentials } from '@grpc/grpc-js';
import {
  GatewayError,
  connect,
  hash,
  signers,
  type CloseableAsyncIterable,
  type Contract,
  type Gateway,
  type Network,
  type Transaction,
} from '@hyperledger/fabric-gateway';
import { common } from '@hyperledger/fabric-protos';
import type { User } from '../../../src/certificates/organization.js';
import { CHAINCODE, type TestNetwork, type TestNode } from './testNetwork.js';

const CHANNEL = 'clubs';
const PATIENCE_MS = 5_000;

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

/** A transaction that is endorsed and not submitted yet. */
export function endorsed(client: TestClient, name: string, ...args: string[]): Promise<Transaction> {
  return client.contract.newProposal(name, { arguments: args }).endorse();
}

/** Submits them in this order and gives each one's validation code. */
export async function codesOf(...transactions: Transaction[]): Promise<number[]> {
  const commits = [];
  for (const transaction of transactions) commits.push(await transaction.submit());
  return Promise.all(commits.map(async (commit) => (await commit.getStatus()).code));
}

/** What the promise is rejected with. */
export async function failureOf(promise: Promise<unknown>): Promise<GatewayError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof GatewayError) return error;
    throw error;
  }
  throw new Error('it did not fail');
}

/** Asks again until the answer is the expected one: other clubs' peers commit a moment later. */
export async function eventually<Value>(ask: () => Promise<Value>, expected: Value): Promise<Value> {
  for (const deadline = Date.now() + PATIENCE_MS; ;) {
    const answer = await ask();
    if (answer === expected || Date.now() > deadline) return answer;
  }
}

/** The first so many of a stream, which is closed then. */
export async function first<Item>(stream: CloseableAsyncIterable<Item>, count: number): Promise<Item[]> {
  const items: Item[] = [];
  try {
    for await (const item of stream) if (items.push(item) === count) break;
  } finally {
    stream.close();
  }
  return items;
}

export async function heightOf(client: TestClient): Promise<number> {
  const qscc = client.network.getContract('qscc');
  return common.BlockchainInfo.deserializeBinary(await qscc.evaluateTransaction('GetChainInfo', CHANNEL)).getHeight();
}
