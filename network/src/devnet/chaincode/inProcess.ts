/**
 * A chaincode in this process: the shim's own message handler, stub and contract code run as in a chaincode's process, over
 * a stream that has no socket.
 */
import { createRequire } from 'node:module';
import { peer } from '@hyperledger/fabric-protos';
import type { ChaincodeCall, ChaincodeHost, ChaincodeResult } from '../ports.js';
import { CallMessages } from './messages.js';

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
type MessageType = peer.ChaincodeMessage.TypeMap[keyof peer.ChaincodeMessage.TypeMap];

const TYPE_NAMES = new Map<number, string>(Object.entries(Type).map(([name, type]) => [type, name]));
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
    else if (running) this.#toChaincode(await answer(message, running.messages));
  }
}

async function answer(message: Message, messages: CallMessages): Promise<Message> {
  const response = newMessage(Type.RESPONSE, message);
  try {
    response.setPayload(await messages.handle(message));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const type = TYPE_NAMES.get(message.getType()) ?? message.getType();
    response.setType(Type.ERROR);
    response.setPayload(Buffer.from(`${type} failed: transaction ID: ${message.getTxid()}: ${reason}`));
  }
  return response;
}

/** As Fabric does it, the event gets its chaincode and transaction here. */
function resultOf({ namespace, txId }: ChaincodeCall, message: Message): ChaincodeResult {
  if (message.getType() === Type.ERROR)
    throw new Error(`transaction returned with failure: ${Buffer.from(message.getPayload_asU8()).toString()}`);
  const event = message.getChaincodeEvent();
  event?.setChaincodeId(namespace);
  event?.setTxId(txId);
  return { response: peer.Response.deserializeBinary(message.getPayload_asU8()), event };
}

function transactionMessage(call: ChaincodeCall): Message {
  const message = newMessage(Type.TRANSACTION);
  message.setChannelId(call.channel);
  message.setTxid(call.txId);
  message.setPayload(call.input.serializeBinary());
  message.setProposal(call.signedProposal);
  return message;
}

function newMessage(type: MessageType, answered?: Message): Message {
  const message = new peer.ChaincodeMessage();
  message.setType(type);
  message.setChannelId(answered?.getChannelId() ?? '');
  message.setTxid(answered?.getTxid() ?? '');
  return message;
}

function contextOf(channel: string, txId: string): string {
  return `${channel}\0${txId}`;
}
