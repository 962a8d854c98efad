/**
 * The gateway's errors as clients of Fabric know them: a status, and in `grpc-status-details-bin` who said what.
 */
import { Metadata, status, type ServiceError } from '@grpc/grpc-js';
import { gateway, google } from '@hyperledger/fabric-protos';
import any from 'google-protobuf/google/protobuf/any_pb.js';
import { RpcError } from '../grpc/calls.js';

/** What one peer or ordering node answered. */
export interface ErrorDetail {
  readonly address: string;
  readonly mspId: string;
  readonly message: string;
}

export function gatewayError(code: status, message: string, details: readonly ErrorDetail[] = []): RpcError {
  if (details.length === 0) return new RpcError(code, message);
  const rpcStatus = new google.rpc.Status();
  rpcStatus.setCode(code);
  rpcStatus.setMessage(message);
  rpcStatus.setDetailsList(details.map(packed));
  const metadata = new Metadata();
  metadata.set('grpc-status-details-bin', Buffer.from(rpcStatus.serializeBinary()));
  return new RpcError(code, message, metadata);
}

export function isServiceError(error: unknown): error is ServiceError {
  return error instanceof Error && 'code' in error && 'details' in error && 'metadata' in error;
}

/** How Go prints an error that came over gRPC. */
export function goText(code: status, details: string): string {
  const words = (status[code] ?? 'UNKNOWN').split('_').map((word) => `${word.charAt(0)}${word.slice(1).toLowerCase()}`);
  return `rpc error: code = ${words.join('')} desc = ${details}`;
}

function packed({ address, mspId, message }: ErrorDetail): InstanceType<typeof any.Any> {
  const detail = new gateway.ErrorDetail();
  detail.setAddress(address);
  detail.setMspId(mspId);
  detail.setMessage(message);
  const wrapped = new any.Any();
  wrapped.pack(detail.serializeBinary(), 'gateway.ErrorDetail');
  return wrapped;
}
