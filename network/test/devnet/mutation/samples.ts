/**
 * Messages that the ports take, each with the part that its sender signs: a member of the channel may sign anything.
 */
import { createPrivateKey } from 'node:crypto';
import type { MethodDefinition } from '@grpc/grpc-js';
import { common, gateway, orderer, peer } from '@hyperledger/fabric-protos';
import { seekRequest, type Signer } from '../../../src/devnet/deliver/seekRequest.js';
import { serializeIdentity } from '../../../src/identity/msp.js';
import { signLowS } from '../../../src/identity/sign.js';
import { endorsed } from '../network/client.js';
import type { RunningNetwork } from '../network/runningNetwork.js';

export interface Sample {
  readonly method: Pick<MethodDefinition<unknown, unknown>, 'path' | 'requestStream' | 'responseStream'>;
  /** What the sender signs. */
  readonly content: Uint8Array;
  /** The message with such a content and a signature of it. */
  readonly message: (content: Uint8Array) => Uint8Array;
}

type Wrap = (content: Uint8Array, signature: Uint8Array) => Uint8Array;

export async function peerSamples(network: RunningNetwork): Promise<Sample[]> {
  const signed = (method: Sample['method'], content: Uint8Array, wrap: Wrap): Sample =>
    sample(network, method, content, wrap);
  const { evaluate, endorse, submit, commitStatus, chaincodeEvents } = gateway.GatewayService;
  const { deliver, deliverFiltered, deliverWithPrivateData } = peer.DeliverService;
  const proposal = await proposalBytes(network);
  const seek = seekPayload(network);
  return [
    signed(evaluate, proposal, evaluateRequest),
    signed(endorse, proposal, endorseRequest),
    signed(peer.EndorserService.processProposal, proposal, signedProposal),
    signed(submit, await transactionPayload(network), submitRequest),
    signed(commitStatus, await commitStatusContent(network), commitStatusRequest),
    signed(chaincodeEvents, chaincodeEventsContent(network), chaincodeEventsRequest),
    ...[deliver, deliverFiltered, deliverWithPrivateData].map((method) => signed(method, seek, envelope)),
  ];
}

export async function ordererSamples(network: RunningNetwork): Promise<Sample[]> {
  const { broadcast, deliver } = orderer.AtomicBroadcastService;
  return [
    sample(network, broadcast, await transactionPayload(network), envelope),
    sample(network, deliver, seekPayload(network), envelope),
  ];
}

function sample(network: RunningNetwork, method: Sample['method'], content: Uint8Array, wrap: Wrap): Sample {
  const { key } = signerOf(network);
  return { method, content, message: (part) => wrap(part, signLowS(key, part)) };
}

function signerOf({ files }: RunningNetwork): Signer {
  const { organization } = files.club(0);
  const { certificate, privateKey } = files.paths(organization).user('Client');
  return {
    identity: serializeIdentity(organization.mspId, files.read(certificate)),
    key: createPrivateKey(files.read(privateKey)),
  };
}

async function proposalBytes(network: RunningNetwork): Promise<Uint8Array> {
  const proposal = network
    .client(0)
    .contract.newProposal('get', { arguments: ['k'], transientData: { value: Buffer.from('v') } });
  await proposal.evaluate();
  const proposed = gateway.ProposedTransaction.deserializeBinary(proposal.getBytes());
  return proposed.getProposal()?.getProposalBytes_asU8() ?? new Uint8Array();
}

async function transactionPayload(network: RunningNetwork): Promise<Uint8Array> {
  const transaction = await endorsed(network.client(0), 'put', 'k', 'v');
  const prepared = gateway.PreparedTransaction.deserializeBinary(transaction.getBytes());
  return prepared.getEnvelope()?.getPayload_asU8() ?? new Uint8Array();
}

async function commitStatusContent(network: RunningNetwork): Promise<Uint8Array> {
  const commit = await network.client(0).contract.submitAsync('put', { arguments: ['k', 'v'] });
  await commit.getStatus();
  return gateway.SignedCommitStatusRequest.deserializeBinary(commit.getBytes()).getRequest_asU8();
}

function chaincodeEventsContent(network: RunningNetwork): Uint8Array {
  const request = network.client(0).network.newChaincodeEventsRequest('plain', { startBlock: 0n });
  return gateway.SignedChaincodeEventsRequest.deserializeBinary(request.getBytes()).getRequest_asU8();
}

/** For the first block alone. */
function seekPayload(network: RunningNetwork): Uint8Array {
  const request = seekRequest('clubs', 0, signerOf(network), new Date());
  const payload = common.Payload.deserializeBinary(common.Envelope.deserializeBinary(request).getPayload_asU8());
  const seek = orderer.SeekInfo.deserializeBinary(payload.getData_asU8());
  seek.setStop(seek.getStart());
  payload.setData(seek.serializeBinary());
  return payload.serializeBinary();
}

function signedProposal(content: Uint8Array, signature: Uint8Array): Uint8Array {
  const message = new peer.SignedProposal();
  message.setProposalBytes(content);
  message.setSignature(signature);
  return message.serializeBinary();
}

function evaluateRequest(content: Uint8Array, signature: Uint8Array): Uint8Array {
  const message = new gateway.EvaluateRequest();
  message.setProposedTransaction(peer.SignedProposal.deserializeBinary(signedProposal(content, signature)));
  return message.serializeBinary();
}

function endorseRequest(content: Uint8Array, signature: Uint8Array): Uint8Array {
  const message = new gateway.EndorseRequest();
  message.setProposedTransaction(peer.SignedProposal.deserializeBinary(signedProposal(content, signature)));
  message.setEndorsingOrganizationsList(['HarbourMSP', 'StJuliansMSP']);
  return message.serializeBinary();
}

function submitRequest(content: Uint8Array, signature: Uint8Array): Uint8Array {
  const message = new gateway.SubmitRequest();
  message.setChannelId('clubs');
  message.setPreparedTransaction(common.Envelope.deserializeBinary(envelope(content, signature)));
  return message.serializeBinary();
}

function commitStatusRequest(content: Uint8Array, signature: Uint8Array): Uint8Array {
  const message = new gateway.SignedCommitStatusRequest();
  message.setRequest(content);
  message.setSignature(signature);
  return message.serializeBinary();
}

function chaincodeEventsRequest(content: Uint8Array, signature: Uint8Array): Uint8Array {
  const message = new gateway.SignedChaincodeEventsRequest();
  message.setRequest(content);
  message.setSignature(signature);
  return message.serializeBinary();
}

function envelope(content: Uint8Array, signature: Uint8Array): Uint8Array {
  const message = new common.Envelope();
  message.setPayload(content);
  message.setSignature(signature);
  return message.serializeBinary();
}
