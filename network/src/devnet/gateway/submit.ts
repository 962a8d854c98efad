/**
 * Submit: hands a signed transaction to the ordering service.
 */
import { status } from '@grpc/grpc-js';
import { common, gateway, type orderer } from '@hyperledger/fabric-protos';
import { RpcError } from '../grpc/calls.js';
import { gatewayError, goText, isServiceError } from './errors.js';
import { noConfig } from './evaluate.js';
import type { GatewayNetwork } from './network.js';

const { Status } = common;
const STATUS_NAMES = new Map<number, string>(Object.entries(Status).map(([name, code]) => [code, name]));

/** @throws RpcError; UNAVAILABLE and DEADLINE_EXCEEDED leave open whether it was ordered */
export async function submit(
  network: GatewayNetwork,
  request: gateway.SubmitRequest,
  end: AbortSignal,
): Promise<gateway.SubmitResponse> {
  const envelope = request.getPreparedTransaction();
  if (!envelope) throw new RpcError(status.INVALID_ARGUMENT, 'a prepared transaction is required');
  if (envelope.getSignature_asU8().length === 0)
    throw new RpcError(status.INVALID_ARGUMENT, 'prepared transaction must be signed');
  if (!network.hasChannel(request.getChannelId()))
    throw new RpcError(status.FAILED_PRECONDITION, noConfig(request.getChannelId()));
  const answer = await broadcast(network, envelope, end);
  const code = answer.getStatus();
  if (code === Status.SUCCESS) return new gateway.SubmitResponse();
  const words = `received unsuccessful response from orderer: status=${STATUS_NAMES.get(code) ?? code}, info=${answer.getInfo()}`;
  if (code >= 400 && code < 500) throw new RpcError(status.ABORTED, words);
  throw notOrdered(network, words);
}

async function broadcast(
  network: GatewayNetwork,
  envelope: common.Envelope,
  end: AbortSignal,
): Promise<orderer.BroadcastResponse> {
  try {
    return await network.ordering.broadcast(envelope, end);
  } catch (error) {
    throw notOrdered(network, textOf(error));
  }
}

function notOrdered({ ordering }: GatewayNetwork, message: string): RpcError {
  const { address, mspId } = ordering.node;
  return gatewayError(status.UNAVAILABLE, 'no orderers could successfully process transaction', [
    { address, mspId, message },
  ]);
}

function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return isServiceError(error) ? goText(error.code, error.details) : error.message;
}
