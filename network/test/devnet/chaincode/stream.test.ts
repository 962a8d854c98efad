import { peer } from '@hyperledger/fabric-protos';
import { expect } from 'chai';
import { ChaincodeStream } from '../../../src/devnet/chaincode/stream.js';
import type { CallHandler } from '../../../src/devnet/chaincode/connection.js';
import type { ChaincodeCall, ChaincodeResult } from '../../../src/devnet/ports.js';
import { Definitions } from '../../../src/devnet/definitions.js';
import { Simulator } from '../../../src/devnet/simulation/simulator.js';
import { State } from '../../../src/devnet/state/state.js';
import { readChannel } from '../../../src/genesis/channel.js';
import { realBlock } from '../../fixtures.js';
import { mutate, seededRandom } from '../mutation/mutate.js';
import {
  ScriptedChaincode,
  completed,
  message,
  register,
  type ChaincodeMessage,
  type ChaincodeSide,
} from './scriptedServer.js';

const PACKAGE_ID = 'plain:0123';
const { Type } = peer.ChaincodeMessage;

describe('The stream to a chaincode', () => {
  let server: ScriptedChaincode;
  let stream: ChaincodeStream;
  let closedCalls = 0;

  afterEach(() => {
    stream.close();
    server.stop();
  });

  /** @param answer what the chaincode does when it gets a message */
  async function start(
    answer: (received: ChaincodeMessage, side: ChaincodeSide) => void,
    { executeTimeoutMs = 5_000, packageId = PACKAGE_ID, handle = echo } = {},
  ): Promise<void> {
    closedCalls = 0;
    server = await ScriptedChaincode.start((side) => {
      side.on('error', () => undefined);
      side.on('data', (received: ChaincodeMessage) => answer(received, side));
      side.write(register(packageId));
    });
    stream = new ChaincodeStream({
      packageId: PACKAGE_ID,
      endpoint: server.endpoint,
      executeTimeoutMs,
      startTimeoutMs: 2_000,
      openCall: (): CallHandler => ({ handle, close: () => closedCalls++ }),
    });
  }

  it('registers once, and runs many transactions at a time', async () => {
    const waiting: ChaincodeMessage[] = [];
    const types: number[] = [];
    await start((received, side) => {
      types.push(received.getType());
      if (received.getType() !== Type.TRANSACTION) return;
      waiting.push(received);
      if (waiting.length === 20) for (const one of waiting.reverse()) side.write(completed(one, one.getTxid()));
    });
    const calls = Array.from({ length: 20 }, (_, index) => execute(`tx-${index}`));
    expect(await Promise.all(calls)).to.deep.equal(calls.map((_, index) => `tx-${index}`));
    expect(types).to.deep.equal([Type.REGISTERED, Type.READY, ...calls.map(() => Type.TRANSACTION)]);
    expect(stream.state).to.equal('ready');
    expect(closedCalls).to.equal(20);
  });

  it('answers what the chaincode asks under the transaction that asks, and gives its event the right names', async () => {
    const answers: ChaincodeMessage[] = [];
    await start((received, side) => {
      if (received.getType() === Type.TRANSACTION) side.write(message(Type.GET_STATE, Buffer.from('key'), received));
      if (received.getType() !== Type.RESPONSE) return;
      answers.push(received);
      const end = completed(received, Buffer.from(received.getPayload_asU8()).toString());
      const event = new peer.ChaincodeEvent();
      event.setEventName('done');
      event.setChaincodeId('another');
      end.setChaincodeEvent(event);
      side.write(end);
    });
    const { event, response } = await run('tx-1');
    expect(Buffer.from(response.getPayload_asU8()).toString()).to.equal('echo of key');
    expect(answers.map((answer) => [answer.getTxid(), answer.getChannelId()])).to.deep.equal([['tx-1', 'clubs']]);
    expect([event?.getChaincodeId(), event?.getTxId(), event?.getEventName()]).to.deep.equal(['plain', 'tx-1', 'done']);
  });

  it('tells the chaincode what failed, and that it knows no such transaction', async () => {
    const errors: string[] = [];
    await start(
      (received, side) => {
        if (received.getType() === Type.TRANSACTION) side.write(message(Type.PUT_STATE, Buffer.alloc(0), received));
        if (received.getType() !== Type.ERROR) return;
        errors.push(Buffer.from(received.getPayload_asU8()).toString());
        const stray = message(Type.GET_STATE, Buffer.alloc(0), received);
        stray.setTxid('tx-2');
        side.write(errors.length === 1 ? stray : completed(transaction('tx-1'), 'over'));
      },
      { handle: () => Promise.reject(new Error('no writes here')) },
    );
    expect(await execute('tx-1')).to.equal('over');
    expect(errors).to.deep.equal([
      'PUT_STATE failed: transaction ID: tx-1: no writes here',
      'GET_STATE failed: transaction ID: tx-2: no ledger context',
    ]);
  });

  it('drops a second request of a transaction whose first is not answered yet', async () => {
    let asked = 0;
    const { promise, resolve } = Promise.withResolvers<Uint8Array>();
    const handle = (): Promise<Uint8Array> => {
      asked++;
      return promise;
    };
    await start(
      (received, side) => {
        if (received.getType() === Type.ERROR) resolve(new Uint8Array());
        if (received.getType() === Type.RESPONSE) side.write(completed(received, `asked ${asked} time`));
        if (received.getType() !== Type.TRANSACTION) return;
        for (const of of [received, received, transaction('unknown, so refused at once')])
          side.write(message(Type.GET_STATE, Buffer.from('key'), of));
      },
      { handle },
    );
    expect(await execute('tx-1')).to.equal('asked 1 time');
  });

  it('refuses a transaction id that is running already', async () => {
    let first: ChaincodeMessage | undefined;
    await start((received, side) => {
      if (received.getType() !== Type.TRANSACTION) return;
      if (first && received.getTxid() === 'tx-2') side.write(completed(first, 'one'));
      if (received.getTxid() === 'tx-2') side.write(completed(received, 'two'));
      else first = received;
    });
    const running = execute('tx-1');
    await untilReady();
    expect(await failureOf('tx-1')).to.equal(
      'failed to execute transaction tx-1: error sending: txid: tx-1(clubs) exists',
    );
    expect(await execute('tx-2')).to.equal('two');
    expect(await running).to.equal('one');
  });

  it('gives up a transaction that takes too long, and goes on with others', async () => {
    await start(
      (received, side) => {
        if (received.getTxid() === 'quick') side.write(completed(received, 'done'));
      },
      { executeTimeoutMs: 50 },
    );
    expect(await failureOf('slow')).to.equal(
      'failed to execute transaction slow: error sending: timeout expired while executing transaction',
    );
    expect(await execute('quick')).to.equal('done');
    expect(closedCalls).to.equal(2);
  });

  it('fails what is running when the stream ends, and dials again at the next call', async () => {
    let streams = 0;
    await start((received, side) => {
      if (received.getType() === Type.READY) streams++;
      if (received.getType() !== Type.TRANSACTION) return;
      if (streams > 1) side.write(completed(received, 'again'));
      else side.end();
    });
    const running = [failureOf('tx-1'), failureOf('tx-2')];
    for (const [index, reason] of (await Promise.all(running)).entries())
      expect(reason).to.equal(
        `failed to execute transaction tx-${index + 1}: error sending: chaincode stream terminated`,
      );
    expect(stream.state).to.equal('disconnected');
    expect(await execute('tx-3')).to.equal('again');
  });

  it('says why it cannot reach a chaincode, or does not want it', async () => {
    await start(() => undefined, { packageId: 'other:4567' });
    expect(await failureOf('tx-1')).to.equal(
      'failed to execute transaction tx-1: could not launch chaincode plain:0123: peer will not accept external chaincode connection other:4567 (except in dev mode)',
    );
    server.stop();
    expect(await failureOf('tx-2')).to.match(
      /^failed to execute transaction tx-2: could not launch chaincode plain:0123: connection to plain:0123 failed: /,
    );
  });

  it("gives the chaincode's own error as it is", async () => {
    await start((received, side) => {
      if (received.getType() === Type.TRANSACTION) side.write(message(Type.ERROR, Buffer.from('broken'), received));
    });
    expect(await failureOf('tx-1')).to.equal('transaction returned with failure: broken');
  });

  it('outlives a chaincode that says anything at any time', async () => {
    const random = seededRandom(3);
    await start(
      (received, side) => {
        if (received.getType() !== Type.TRANSACTION) return;
        for (let index = 0; index < 20; index++) {
          const bytes = mutate(message(Type.GET_STATE, Buffer.from('key'), received).serializeBinary(), random);
          try {
            side.write(peer.ChaincodeMessage.deserializeBinary(bytes));
          } catch {
            side.write(register(PACKAGE_ID));
          }
        }
        side.write(completed(received, 'over'));
      },
      { executeTimeoutMs: 50 },
    );
    for (let index = 0; index < 20; index++) await execute(`tx-${index}`).catch((error: unknown) => String(error));
    expect(closedCalls).to.equal(20);
  });

  async function untilReady(): Promise<void> {
    while (stream.state !== 'ready') await new Promise((resolve) => setImmediate(resolve));
  }

  function run(txId: string): Promise<ChaincodeResult> {
    return stream.execute(call(txId));
  }

  async function execute(txId: string): Promise<string> {
    return Buffer.from((await run(txId)).response.getPayload_asU8()).toString();
  }

  async function failureOf(txId: string): Promise<string> {
    return run(txId).then(
      () => 'it did not fail',
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );
  }
});

function echo(asked: ChaincodeMessage): Promise<Uint8Array> {
  return Promise.resolve(Buffer.from(`echo of ${Buffer.from(asked.getPayload_asU8()).toString()}`));
}

function transaction(txId: string): ChaincodeMessage {
  const made = message(Type.TRANSACTION, new Uint8Array());
  made.setChannelId('clubs');
  made.setTxid(txId);
  return made;
}

/** The stream looks at nothing of its simulator. */
function call(txId: string): ChaincodeCall {
  const definitions = new Definitions([], readChannel(realBlock('000-genesis-config')));
  const snapshot = new State().snapshot();
  return {
    channel: 'clubs',
    txId,
    namespace: 'plain',
    simulator: new Simulator({ txId, snapshot, definitions, history: () => [].values() }),
    creatorMspId: 'AMSP',
    input: new peer.ChaincodeInput(),
    signedProposal: new peer.SignedProposal(),
    invokeChaincode: () => Promise.reject(new Error('no other chaincode')),
  };
}
