/**
 * Endorse: collects the endorsements that a transaction needs.
 */
import { status } from '@grpc/grpc-js';
import { gateway, type peer } from '@hyperledger/fabric-protos';
import { RpcError } from '../grpc/calls.js';
import { EndorsementCollection } from './collection.js';
import type { Endorser } from './endorsers.js';
import { gatewayError } from './errors.js';
import { defaultInterest, layouts, protectCollections, protectedCollections } from './layouts.js';
import type { GatewayNetwork } from './network.js';
import { readProposal, type Proposal } from './proposal.js';

const NOT_ENOUGH = 'failed to collect enough transaction endorsements, see attached details for more info';

/** @throws RpcError */
export async function endorse(
  network: GatewayNetwork,
  request: gateway.EndorseRequest,
  end: AbortSignal,
): Promise<gateway.EndorseResponse> {
  const signed = request.getProposedTransaction();
  if (!signed || signed.getProposalBytes_asU8().length === 0)
    throw new RpcError(status.INVALID_ARGUMENT, 'the proposed transaction must contain a signed proposal');
  const proposal = readOrRefuse(signed);
  const collection = new EndorsementCollection(signed, end);
  const named = [...new Set(request.getEndorsingOrganizationsList())];
  const endorsers = await (named.length > 0
    ? askNamed(network, proposal, collection, named)
    : askPlanned(network, proposal, collection));
  const response = new gateway.EndorseResponse();
  response.setPreparedTransaction(collection.transaction(proposal, endorsers));
  return response;
}

function readOrRefuse(signed: peer.SignedProposal): Proposal {
  try {
    return readProposal(signed);
  } catch (error) {
    throw new RpcError(status.INVALID_ARGUMENT, error instanceof Error ? error.message : String(error));
  }
}

/** The client takes it upon itself that these are enough. A peer that cannot be reached counts as one that is not there. */
async function askNamed(
  network: GatewayNetwork,
  { channel, chaincode }: Proposal,
  collection: EndorsementCollection,
  mspIds: readonly string[],
): Promise<Endorser[]> {
  const endorsers = network.endorsersOf(channel, chaincode).filter(({ mspId }) => mspIds.includes(mspId));
  const missing = mspIds.filter((mspId) => !endorsers.some((endorser) => endorser.mspId === mspId));
  if (missing.length > 0) throw gatewayError(status.UNAVAILABLE, noEndorsingPeers(missing));
  if (await collection.ask(endorsers)) return endorsers;
  const unreachable = collection.unreachable().endorsers.map(({ mspId }) => mspId);
  if (unreachable.length > 0)
    throw gatewayError(status.UNAVAILABLE, noEndorsingPeers(unreachable), collection.details());
  throw gatewayError(status.ABORTED, NOT_ENOUGH, collection.details());
}

/** The own peer first; what the transaction touched there says who else must endorse. */
async function askPlanned(
  network: GatewayNetwork,
  proposal: Proposal,
  collection: EndorsementCollection,
): Promise<Endorser[]> {
  const known = network.endorsersOf(proposal.channel, proposal.chaincode);
  const own = known.find(({ mspId }) => mspId === network.mspId);
  if (!own) throw noCombination(new Error(`No metadata was found for chaincode ${proposal.chaincode}`));
  if (!(await collection.ask([own])))
    throw gatewayError(
      status.ABORTED,
      'failed to endorse transaction, see attached details for more info',
      collection.details(),
    );
  const interest = interestOf(collection.responseOf(own), proposal);
  for (const layout of plan(network, interest, proposal.hasTransientData, known))
    if (await collection.ask(layout)) return layout;
  throw planFailure(collection);
}

function interestOf(response: peer.ProposalResponse | undefined, { chaincode }: Proposal): peer.ChaincodeInterest {
  const interest = response?.getInterest();
  return interest && interest.getChaincodesList().length > 0 ? interest : defaultInterest(chaincode);
}

/** With transient data, only members of the collections are asked. */
function plan(
  network: GatewayNetwork,
  interest: peer.ChaincodeInterest,
  hasTransientData: boolean,
  known: readonly Endorser[],
): Endorser[][] {
  const find = (among: peer.ChaincodeInterest): Endorser[][] =>
    layouts(among, known, network.mspId, network.serving.definitions);
  if (!hasTransientData) return findOrRefuse(() => find(interest));
  const protectedNames = protectedCollections(interest);
  return findOrRefuse(() => {
    try {
      return find(protectCollections(interest));
    } catch (error) {
      if (protectedNames.length === 0) throw error;
      find(interest);
      throw new RpcError(status.FAILED_PRECONDITION, notOnlyMembers(protectedNames));
    }
  });
}

function findOrRefuse(find: () => Endorser[][]): Endorser[][] {
  try {
    return find();
  } catch (error) {
    throw error instanceof RpcError ? error : noCombination(error);
  }
}

function planFailure(collection: EndorsementCollection): RpcError {
  const { endorsers, only } = collection.unreachable();
  if (!only) return gatewayError(status.ABORTED, NOT_ENOUGH, collection.details());
  const addresses = endorsers.map(({ address }) => address).join(' ');
  return gatewayError(
    status.FAILED_PRECONDITION,
    `failed to select a set of endorsers that satisfy the endorsement policy due to unavailability of peers: [${addresses}]`,
    collection.details(),
  );
}

function noEndorsingPeers(mspIds: readonly string[]): string {
  return `failed to find any endorsing peers for org(s): ${mspIds.join(', ')}`;
}

function noCombination(cause: unknown): RpcError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new RpcError(
    status.FAILED_PRECONDITION,
    `no combination of peers can be derived which satisfy the endorsement policy: ${reason}`,
  );
}

function notOnlyMembers(collections: readonly string[]): string {
  return `requires endorsement from organisation(s) that are not in the distribution policy of the private data collection(s): [${collections.join(' ')}]; retry specifying trusted endorsing organizations to protect transient data`;
}
