/**
 * ChaincodeEvents: the events of one chaincode's valid transactions, block by block.
 */
import { status, type ServerWritableStream } from '@grpc/grpc-js';
import { gateway, peer } from '@hyperledger/fabric-protos';
import { parseBlock } from '../../blocks/block.js';
import { parseEnvelope } from '../../blocks/envelope.js';
import type { ChaincodeEvent } from '../../blocks/transaction.js';
import { field, integerField } from '../../encoding/protobufWriter.js';
import { eventOf, unlessMalformed } from '../deliver/filteredBlock.js';
import { untilBlock } from '../deliver/follow.js';
import { RpcError, send } from '../grpc/calls.js';
import type { ServingPeer } from '../ports.js';
import { requireReader } from './signedRequest.js';

/** Streams until `end`. @throws RpcError */
export async function chaincodeEvents(
  serving: ServingPeer,
  call: ServerWritableStream<gateway.SignedChaincodeEventsRequest, Buffer>,
  end: AbortSignal,
): Promise<never> {
  const request = readRequest(call.request.getRequest_asU8());
  requireReader(serving, {
    channel: request.getChannelId(),
    identity: request.getIdentity_asU8(),
    request: call.request.getRequest_asU8(),
    signature: call.request.getSignature_asU8(),
  });
  let after = request.getAfterTransactionId();
  for (let next = startBlock(serving, request); ; next++) {
    await untilBlock(serving, next, end);
    const events = eventsOf(serving.storedBlock(next).bytes);
    const last = after === '' ? -1 : events.findIndex(({ txId }) => txId === after);
    if (last !== -1) after = '';
    const wanted = after === '' ? events.slice(last + 1) : [];
    const matching = wanted.filter(({ chaincode }) => chaincode === request.getChaincodeId());
    if (matching.length > 0) await send(call, eventsResponse(next, matching), end);
  }
}

function readRequest(bytes: Uint8Array): gateway.ChaincodeEventsRequest {
  if (bytes.length === 0) throw new RpcError(status.INVALID_ARGUMENT, 'a chaincode events request is required');
  try {
    return gateway.ChaincodeEventsRequest.deserializeBinary(bytes);
  } catch {
    throw new RpcError(status.INVALID_ARGUMENT, 'invalid chaincode events request');
  }
}

/** Where the transaction is after which the client wants to go on, else where it wants to start, else the next block. */
function startBlock(serving: ServingPeer, request: gateway.ChaincodeEventsRequest): number {
  const after = serving.transaction(request.getAfterTransactionId());
  if (after) return after.blockNumber;
  const start = request.getStartPosition();
  if (start?.hasSpecified()) return start.getSpecified()?.getNumber() ?? 0;
  if (start?.hasOldest() || start?.hasNewest())
    throw new RpcError(status.INVALID_ARGUMENT, 'invalid start position type');
  return serving.height;
}

function eventsOf(bytes: Uint8Array): ChaincodeEvent[] {
  const { envelopes, metadata } = parseBlock(bytes);
  return envelopes
    .filter((_, index) => metadata.flags[index] === peer.TxValidationCode.VALID)
    .map((envelope) => unlessMalformed(() => eventOf(parseEnvelope(envelope))))
    .filter((event) => event !== undefined);
}

/** Serialized `gateway.ChaincodeEventsResponse`. */
function eventsResponse(blockNumber: number, events: readonly ChaincodeEvent[]): Buffer {
  const serialized = events.map(({ chaincode, txId, name, payload }) =>
    field(1, field(1, chaincode), field(2, txId), field(3, name), field(4, payload)),
  );
  return Buffer.concat([...serialized, integerField(2, blockNumber)]);
}
