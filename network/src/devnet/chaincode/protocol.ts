/**
 * The messages between a peer and a chaincode (`protos.ChaincodeMessage`), as the peer makes and reads them, whatever carries them.
 */
import { peer } from '@hyperledger/fabric-protos';
import type { ChaincodeCall, ChaincodeResult } from '../ports.js';

type Message = peer.ChaincodeMessage;
type MessageType = peer.ChaincodeMessage.TypeMap[keyof peer.ChaincodeMessage.TypeMap];

const { Type } = peer.ChaincodeMessage;
const TYPE_NAMES = new Map<number, string>(Object.entries(Type).map(([name, type]) => [type, name]));

/** The message's type in Fabric's words. */
export const typeName = (type: number): string => TYPE_NAMES.get(type) ?? String(type);

/** @param answered the message that this one answers: it belongs to the same call */
export function newMessage(type: MessageType, answered?: Message): Message {
  const message = new peer.ChaincodeMessage();
  message.setType(type);
  message.setChannelId(answered?.getChannelId() ?? '');
  message.setTxid(answered?.getTxid() ?? '');
  return message;
}

/** Begins a call. */
export function transactionMessage(call: ChaincodeCall): Message {
  const message = newMessage(Type.TRANSACTION);
  message.setChannelId(call.channel);
  message.setTxid(call.txId);
  message.setPayload(call.input.serializeBinary());
  message.setProposal(call.signedProposal);
  return message;
}

/** The answer to a chaincode's request; what `handle` throws becomes an error in Fabric's words. */
export async function answerTo(request: Message, handle: () => Promise<Uint8Array>): Promise<Message> {
  const answer = newMessage(Type.RESPONSE, request);
  try {
    answer.setPayload(await handle());
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    answer.setType(Type.ERROR);
    answer.setPayload(
      Buffer.from(`${typeName(request.getType())} failed: transaction ID: ${request.getTxid()}: ${reason}`),
    );
  }
  return answer;
}

/** What tells one running call from another. */
export const contextOf = (channel: string, txId: string): string => `${channel}\0${txId}`;

/** What a finished call gave; as Fabric does it, the event gets its chaincode and transaction here. @throws Error */
export function resultOf({ namespace, txId }: ChaincodeCall, message: Message): ChaincodeResult {
  if (message.getType() === Type.ERROR)
    throw new Error(`transaction returned with failure: ${Buffer.from(message.getPayload_asU8()).toString()}`);
  const event = message.getChaincodeEvent();
  event?.setChaincodeId(namespace);
  event?.setTxId(txId);
  return { response: readResponse(txId, message), event };
}

function readResponse(txId: string, message: Message): peer.Response {
  try {
    return peer.Response.deserializeBinary(message.getPayload_asU8());
  } catch (error) {
    throw new Error(`failed to unmarshal response for transaction ${txId}`, { cause: error });
  }
}
