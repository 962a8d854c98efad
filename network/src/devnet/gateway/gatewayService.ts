/**
 * The Gateway service of a peer, which clients speak to, and its Endorser service, which other gateways speak to.
 */
import type { Server, ServerUnaryCall, ServerWritableStream, handleUnaryCall, sendUnaryData } from '@grpc/grpc-js';
import { gateway, peer } from '@hyperledger/fabric-protos';
import { endOf, fail, raw, toRpcError } from '../grpc/calls.js';
import { Limit } from '../grpc/limit.js';
import { chaincodeEvents } from './chaincodeEvents.js';
import { commitStatus } from './commitStatus.js';
import { endorse } from './endorse.js';
import { evaluate } from './evaluate.js';
import type { GatewayNetwork } from './network.js';
import { submit } from './submit.js';

/** Fabric's own limits. */
const MAX_GATEWAY_CALLS = 500;
const MAX_ENDORSER_CALLS = 2_500;

const METHODS = {
  ...gateway.GatewayService,
  chaincodeEvents: {
    ...gateway.GatewayService.chaincodeEvents,
    responseSerialize: raw(gateway.GatewayService.chaincodeEvents).responseSerialize,
    responseDeserialize: raw(gateway.GatewayService.chaincodeEvents).responseDeserialize,
  },
};

/** @param stopping ends all calls */
export function addGatewayService(server: Server, network: GatewayNetwork, stopping: AbortSignal): void {
  const limit = new Limit('/gateway.Gateway', MAX_GATEWAY_CALLS);
  const { serving } = network;
  server.addService(METHODS, {
    evaluate: unary(limit, stopping, (request: gateway.EvaluateRequest, end) => evaluate(network, request, end)),
    endorse: unary(limit, stopping, (request: gateway.EndorseRequest, end) => endorse(network, request, end)),
    submit: unary(limit, stopping, (request: gateway.SubmitRequest, end) => submit(network, request, end)),
    commitStatus: unary(limit, stopping, (request: gateway.SignedCommitStatusRequest, end) =>
      commitStatus(serving, request, end),
    ),
    chaincodeEvents: (call: ServerWritableStream<gateway.SignedChaincodeEventsRequest, Buffer>): void => {
      limit
        .run(() => chaincodeEvents(serving, call, endOf(call, stopping)))
        .catch((error: unknown) => fail(call, error));
    },
  });
}

/** What other clubs' gateways ask of the peer. */
export function addEndorserService(server: Server, { serving }: GatewayNetwork, stopping: AbortSignal): void {
  const limit = new Limit('/protos.Endorser', MAX_ENDORSER_CALLS);
  server.addService(peer.EndorserService, {
    processProposal: unary(limit, stopping, (proposal: peer.SignedProposal) => serving.processProposal(proposal)),
  });
}

function unary<Request, Response>(
  limit: Limit,
  stopping: AbortSignal,
  handle: (request: Request, end: AbortSignal) => Promise<Response>,
): handleUnaryCall<Request, Response> {
  const answer = async (call: ServerUnaryCall<Request, Response>, callback: sendUnaryData<Response>): Promise<void> => {
    try {
      callback(null, await limit.run(() => handle(call.request, endOf(call, stopping))));
    } catch (error) {
      callback(toRpcError(error));
    }
  };
  return (call, callback) => void answer(call, callback);
}
