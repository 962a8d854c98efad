import { createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { status } from '@grpc/grpc-js';
import { gateway } from '@hyperledger/fabric-protos';
import { expect } from 'chai';
import { Definitions } from '../../../src/devnet/definitions.js';
import { commitStatus } from '../../../src/devnet/gateway/commitStatus.js';
import { RpcError } from '../../../src/devnet/grpc/calls.js';
import type { CommittedTransaction, ServingPeer } from '../../../src/devnet/ports.js';
import { readChannel } from '../../../src/genesis/channel.js';
import { Msps, serializeIdentity } from '../../../src/identity/msp.js';
import { signLowS } from '../../../src/identity/sign.js';
import { TestNetwork } from '../network/testNetwork.js';

describe('CommitStatus', () => {
  let network: TestNetwork;
  let serving: ServingPeer;
  let height: number;
  const committed = new Map<string, CommittedTransaction>();
  const listeners = new Set<() => void>();

  before(async () => {
    network = await TestNetwork.create();
  });

  after(() => network.destroy());

  beforeEach(() => {
    const channel = readChannel(readFileSync(join(network.folder, 'genesis.block')));
    height = 1;
    committed.clear();
    serving = {
      mspId: network.club(0).organization.mspId,
      channel,
      msps: new Msps(channel.mspDefinitions, Date.now),
      definitions: new Definitions([], channel),
      get height() {
        return height;
      },
      storedBlock: () => {
        throw new RangeError('no blocks here');
      },
      transaction: (txId) => committed.get(txId),
      onBlock: (listener) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
      processProposal: () => Promise.reject(new Error('no endorsements here')),
    };
  });

  function addBlock(txId: string): void {
    committed.set(txId, { blockNumber: height, txIndex: 0, code: 11 });
    height++;
    for (const listener of listeners) listener();
  }

  it('waits for the block that has the transaction, and tells its verdict', async () => {
    const waiting = commitStatus(serving, request('wanted'), new AbortController().signal);
    for (const txId of ['another', 'wanted']) {
      await untilListening();
      addBlock(txId);
    }
    const response = await waiting;
    expect([response.getResult(), response.getBlockNumber()]).to.deep.equal([11, 2]);
    expect(listeners.size).to.equal(0);
  });

  it('tells at once what was committed before', async () => {
    addBlock('wanted');
    const response = await commitStatus(serving, request('wanted'), new AbortController().signal);
    expect(response.getBlockNumber()).to.equal(1);
  });

  it('does not wait for a client that has gone', async () => {
    const gone = new AbortController();
    const failed = failureOf(commitStatus(serving, request('wanted'), gone.signal));
    await untilListening();
    gone.abort(new RpcError(status.CANCELLED, 'context canceled'));
    expect((await failed).code).to.equal(status.CANCELLED);
    expect(listeners.size).to.equal(0);
  });

  it('is for readers of the channel, and for whole requests', async () => {
    const codeOf = async (signed: gateway.SignedCommitStatusRequest): Promise<status> =>
      (await failureOf(commitStatus(serving, signed, new AbortController().signal))).code;
    const forged = request('wanted');
    forged.setSignature(request('another').getSignature_asU8());
    expect(await codeOf(forged)).to.equal(status.PERMISSION_DENIED);
    expect(await codeOf(request('wanted', 'elsewhere'))).to.equal(status.PERMISSION_DENIED);
    expect(await codeOf(request(''))).to.equal(status.INVALID_ARGUMENT);
    expect(await codeOf(new gateway.SignedCommitStatusRequest())).to.equal(status.INVALID_ARGUMENT);
  });

  async function untilListening(): Promise<void> {
    while (listeners.size === 0) await new Promise((resolve) => setImmediate(resolve));
  }

  function request(txId: string, channel = 'clubs'): gateway.SignedCommitStatusRequest {
    const { organization } = network.club(0);
    const { certificate, privateKey } = network.paths(organization).user('Client');
    const content = new gateway.CommitStatusRequest();
    content.setTransactionId(txId);
    content.setChannelId(channel);
    content.setIdentity(serializeIdentity(organization.mspId, network.read(certificate)));
    const signed = new gateway.SignedCommitStatusRequest();
    signed.setRequest(content.serializeBinary());
    signed.setSignature(signLowS(createPrivateKey(network.read(privateKey)), signed.getRequest_asU8()));
    return signed;
  }
});

async function failureOf(promise: Promise<unknown>): Promise<RpcError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof RpcError) return error;
    throw error;
  }
  throw new Error('it did not fail');
}
