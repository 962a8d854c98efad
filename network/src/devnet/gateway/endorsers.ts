/**
 * The peers that a gateway asks for endorsements: its own, and the other clubs' over their Endorser service.
 */
import { status } from '@grpc/grpc-js';
import { peer } from '@hyperledger/fabric-protos';
import type { Identity } from '../../identity/msp.js';
import { CHANNEL_OPTIONS, tlsCredentials, type Endpoint } from '../grpc/endpoint.js';
import type { ServingPeer } from '../ports.js';
import { goText, isServiceError, type ErrorDetail } from './errors.js';

export interface Endorser {
  readonly mspId: string;
  readonly address: string;
  /** What it endorses as. */
  readonly identity: Identity;
  endorse(proposal: peer.SignedProposal, end: AbortSignal): Promise<Endorsement>;
  close(): void;
}

/** An answer that counts, or why there is none. */
export type Endorsement = { readonly response: peer.ProposalResponse } | EndorsementFailure;

export interface EndorsementFailure {
  readonly code: status;
  readonly message: string;
  /** Another peer may answer better. */
  readonly retry: boolean;
}

const ENDORSEMENT_TIMEOUT_MS = 30_000;

export function detailOf({ address, mspId }: Endorser, { message }: EndorsementFailure): ErrorDetail {
  return { address, mspId, message };
}

export function localEndorser(serving: ServingPeer, identity: Identity, address: string): Endorser {
  return {
    mspId: serving.mspId,
    address,
    identity,
    endorse: async (proposal) => {
      try {
        return judge(await serving.processProposal(proposal));
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        return { code: status.FAILED_PRECONDITION, message, retry: false };
      }
    },
    close: () => undefined,
  };
}

export function remoteEndorser(identity: Identity, endpoint: Endpoint): Endorser {
  const client = new peer.EndorserClient(endpoint.address, tlsCredentials(endpoint), CHANNEL_OPTIONS);
  return {
    mspId: identity.mspId,
    address: endpoint.address,
    identity,
    endorse: async (proposal, end) => {
      try {
        return judge(await processProposal(client, proposal, end));
      } catch (error) {
        if (!isServiceError(error)) throw error;
        return { code: status.UNAVAILABLE, message: goText(error.code, error.details), retry: true };
      }
    },
    close: () => client.close(),
  };
}

function processProposal(
  client: peer.EndorserClient,
  proposal: peer.SignedProposal,
  end: AbortSignal,
): Promise<peer.ProposalResponse> {
  const { promise, resolve, reject } = Promise.withResolvers<peer.ProposalResponse>();
  const options = { deadline: Date.now() + ENDORSEMENT_TIMEOUT_MS };
  const call = client.processProposal(proposal, options, (error, response) => {
    end.removeEventListener('abort', cancel);
    if (error) reject(error);
    else resolve(response ?? new peer.ProposalResponse());
  });
  const cancel = (): void => call.cancel();
  end.addEventListener('abort', cancel);
  return promise;
}

/** A response with status 500 and no payload comes from the peer, with payload from the chaincode. */
function judge(response: peer.ProposalResponse): Endorsement {
  const code = response.getResponse()?.getStatus() ?? 0;
  const message = response.getResponse()?.getMessage() ?? '';
  if (code >= 200 && code < 400) return { response };
  if (code === 500 && response.getPayload_asU8().length === 0) return { code: status.ABORTED, message, retry: true };
  return { code: status.UNKNOWN, message: `chaincode response ${code}, ${message}`, retry: false };
}
