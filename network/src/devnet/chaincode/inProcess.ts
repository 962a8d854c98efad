/**
 * A chaincode in this process: the shim's own message handler, stub and contract code run as in a chaincode's process, over
 * a stream that has no socket.
 */
import { createRequire } from 'node:module';
import { peer } from '@hyperledger/fabric-protos';
import type { ChaincodeCall, ChaincodeHost, ChaincodeResult } from '../ports.js';
import { CallMessages } from './messages.js';
import { answerTo, contextOf, newMessage, resultOf, transactionMessage } from './protocol.js';

/** What the shim runs. */
export interface Chaincode {
  Init(stub: object): Promise<unknown>;
  Invoke(stub: object): Promise<unknown>;
}

type Message = peer.ChaincodeMessage;

/** The part of a gRPC stream that the shim's handler uses. */
interface ShimStream {
  on(event: string, listener: (message: Message) => void): void;
  write(message: Message): void;
  end(): void;
}

interface ShimHandler {
  chat(firstMessage: Message): void;
}

interface RunningCall {
  readonly messages: CallMessages;
  readonly complete: (message: Message) => void;
}

const { Type } = peer.ChaincodeMessage;
const requireModule = createRequire(import.meta.url);

/**
 * The chaincode that `fabric-chaincode-node` would make of a package's contracts.
 * @param contracts contract classes
 */
export function contractChaincode(contracts: readonly object[]): Chaincode {
  const { JSONSerializer } = requireModule('fabric-contract-api') as { JSONSerializer: object };
  const ChaincodeFromContract = requireModule('fabric-shim/lib/contract-spi/chaincodefromcontract.js') as new (
    contracts: object[],
    serializers: object,
    metadata: object,
    title: string,
    version: string,
  ) => Chaincode;
  const serializers = { transaction: 'jsonSerializer', serializers: { jsonSerializer: JSONSerializer } };
  return new ChaincodeFromContract([...contracts], serializers, {}, '', '');
}

export class InProcessHost implements ChaincodeHost {
  readonly #running = new Map<string, RunningCall>();
  #toChaincode: (message: Message) => void = () => undefined;

  constructor(chaincode: Chaincode) {
    const { ChaincodeMessageHandler } = requireModule('fabric-shim/lib/handler.js') as {
      ChaincodeMessageHandler: new (stream: ShimStream, chaincode: Chaincode) => ShimHandler;
    };
    const stream: ShimStream = {
      on: (event, listener) => {
        if (event === 'data') this.#toChaincode = listener;
      },
      write: (message) => void this.#receive(message),
      end: () => undefined,
    };
    new ChaincodeMessageHandler(stream, chaincode).chat(newMessage(Type.REGISTER));
  }

  async execute(call: ChaincodeCall): Promise<ChaincodeResult> {
    const key = contextOf(call.channel, call.txId);
    const messages = new CallMessages(call);
    const { promise, resolve } = Promise.withResolvers<Message>();
    this.#running.set(key, { messages, complete: resolve });
    try {
      this.#toChaincode(transactionMessage(call));
      return resultOf(call, await promise);
    } finally {
      this.#running.delete(key);
      messages.close();
    }
  }

  close(): void {
    this.#running.clear();
  }

  async #receive(message: Message): Promise<void> {
    const type = message.getType();
    if (type === Type.REGISTER) {
      this.#toChaincode(newMessage(Type.REGISTERED));
      this.#toChaincode(newMessage(Type.READY));
      return;
    }
    const running = this.#running.get(contextOf(message.getChannelId(), message.getTxid()));
    if (type === Type.COMPLETED || type === Type.ERROR) running?.complete(message);
    else if (running) this.#toChaincode(await answerTo(message, () => running.messages.handle(message)));
  }
}
