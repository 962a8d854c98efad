/**
 * CommitStatus: waits for a transaction's verdict.
 */
import { status } from '@grpc/grpc-js';
import { gateway } from '@hyperledger/fabric-protos';
import { untilBlock } from '../deliver/follow.js';
import { RpcError } from '../grpc/calls.js';
import type { CommittedTransaction, ServingPeer } from '../ports.js';
import { requireReader } from './signedRequest.js';

/** @param end ends the wait. @throws RpcError */
export async function commitStatus(
  serving: ServingPeer,
  signed: gateway.SignedCommitStatusRequest,
  end: AbortSignal,
): Promise<gateway.CommitStatusResponse> {
  const request = readRequest(signed.getRequest_asU8());
  requireReader(serving, {
    channel: request.getChannelId(),
    identity: request.getIdentity_asU8(),
    request: signed.getRequest_asU8(),
    signature: signed.getSignature_asU8(),
  });
  const { code, blockNumber } = await committed(serving, request.getTransactionId(), end);
  const response = new gateway.CommitStatusResponse();
  response.setResult(code);
  response.setBlockNumber(blockNumber);
  return response;
}

async function committed(serving: ServingPeer, txId: string, end: AbortSignal): Promise<CommittedTransaction> {
  for (;;) {
    const transaction = serving.transaction(txId);
    if (transaction) return transaction;
    await untilBlock(serving, serving.height, end);
  }
}

function readRequest(bytes: Uint8Array): gateway.CommitStatusRequest {
  if (bytes.length === 0) throw invalid('a commit status request is required');
  const request = decode(bytes);
  if (request.getIdentity_asU8().length === 0) throw invalid('no identity provided');
  if (request.getChannelId() === '') throw invalid('no channel ID provided');
  if (request.getTransactionId() === '') throw invalid('transaction ID should not be empty');
  return request;
}

function decode(bytes: Uint8Array): gateway.CommitStatusRequest {
  try {
    return gateway.CommitStatusRequest.deserializeBinary(bytes);
  } catch {
    throw invalid('invalid status request');
  }
}

function invalid(reason: string): RpcError {
  return new RpcError(status.INVALID_ARGUMENT, reason);
}
