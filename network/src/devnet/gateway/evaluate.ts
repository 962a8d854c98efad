/**
 * Evaluate: asks one peer, the own if it may, and others when it fails for reasons of its own.
 */
import { status } from '@grpc/grpc-js';
import { gateway, peer } from '@hyperledger/fabric-protos';
import { MalformedMessageError, Message } from '../../encoding/protobuf.js';
import { RpcError, unlessAborted } from '../grpc/calls.js';
import { detailOf, type Endorser } from './endorsers.js';
import { gatewayError, type ErrorDetail } from './errors.js';
import type { GatewayNetwork } from './network.js';
import { readProposal, type Proposal } from './proposal.js';

/** @throws RpcError */
export async function evaluate(
  network: GatewayNetwork,
  request: gateway.EvaluateRequest,
  end: AbortSignal,
): Promise<gateway.EvaluateResponse> {
  const proposal = readOrRefuse(request);
  if (!network.hasChannel(proposal.channel)) throw new RpcError(status.UNAVAILABLE, noConfig(proposal.channel));
  const details: ErrorDetail[] = [];
  let code = status.UNKNOWN;
  for (const endorser of evaluators(network, proposal, request.getTargetOrganizationsList())) {
    const signed = request.getProposedTransaction() ?? new peer.SignedProposal();
    const answer = await unlessAborted(end, endorser.endorse(signed, end));
    if ('response' in answer) return evaluated(answer.response);
    details.push(detailOf(endorser, answer));
    ({ code } = answer);
    if (!answer.retry) throw gatewayError(code, `evaluate call to endorser returned error: ${answer.message}`, details);
  }
  throw gatewayError(code, 'failed to evaluate transaction, see attached details for more info', details);
}

export function noConfig(channel: string): string {
  return `failed to get config for channel [${channel}]: could not get last config for channel ${channel}`;
}

function readOrRefuse(request: gateway.EvaluateRequest): Proposal {
  try {
    return readProposal(request.getProposedTransaction());
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new RpcError(status.INVALID_ARGUMENT, `failed to unpack transaction proposal: ${reason}`);
  }
}

/** In the order in which they are asked. Transient data stays with the own organization unless the client names others. */
function evaluators(network: GatewayNetwork, proposal: Proposal, targets: readonly string[]): readonly Endorser[] {
  const { channel, chaincode, hasTransientData } = proposal;
  const allowed = targets.length === 0 && hasTransientData ? [network.mspId] : targets;
  const endorsers = network
    .endorsersOf(channel, chaincode)
    .filter(({ mspId }) => allowed.length === 0 || allowed.includes(mspId));
  if (endorsers.length === 0)
    throw new RpcError(
      status.FAILED_PRECONDITION,
      `no peers available to evaluate chaincode ${chaincode} in channel ${channel}`,
    );
  return endorsers;
}

/** The transaction's result stands in the endorsed payload; what the response says beside it need not be the same. */
function evaluated(proposalResponse: peer.ProposalResponse): gateway.EvaluateResponse {
  const result = proposalResponse.getResponse() ?? new peer.Response();
  try {
    const action = new Message(new Message(proposalResponse.getPayload_asU8()).bytes(2));
    result.setPayload(action.message(3).bytes(3));
  } catch (error) {
    if (!(error instanceof MalformedMessageError)) throw error;
  }
  const response = new gateway.EvaluateResponse();
  response.setResult(result);
  return response;
}
