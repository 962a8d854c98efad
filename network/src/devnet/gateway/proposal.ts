/**
 * What the gateway needs to know of a proposal before any peer has looked at it.
 */
import { common, peer } from '@hyperledger/fabric-protos';
import { MalformedMessageError, Message } from '../../encoding/protobuf.js';

export interface Proposal {
  readonly channel: string;
  readonly chaincode: string;
  readonly hasTransientData: boolean;
  /** Serialized `common.Header`. */
  readonly header: Buffer;
  /** Serialized `ChaincodeInvocationSpec`. */
  readonly input: Buffer;
}

/** @throws Error that says which part of it cannot be read */
export function readProposal(signed: peer.SignedProposal | undefined): Proposal {
  const bytes = signed?.getProposalBytes_asU8();
  if (!bytes || bytes.length === 0) throw new Error('a signed proposal is required');
  try {
    return readParts(new Message(bytes));
  } catch (error) {
    if (error instanceof MalformedMessageError)
      throw new Error(`error unmarshalling Proposal: ${error.message}`, { cause: error });
    throw error;
  }
}

function readParts(proposal: Message): Proposal {
  const header = new Message(proposal.bytes(1));
  const payload = new Message(proposal.bytes(2));
  const channel = new Message(header.bytes(1)).text(4);
  const spec = new Message(payload.bytes(1)).optionalMessage(1);
  const chaincodeId = spec?.optionalMessage(2);
  if (channel === '') throw new Error('no channel id provided');
  if (!spec) throw new Error(`no chaincode spec is provided, channel id [${channel}]`);
  if (!chaincodeId) throw new Error(`no chaincode id is provided, channel id [${channel}]`);
  const chaincode = chaincodeId.text(2);
  if (chaincode === '') throw new Error(`no chaincode name is provided, channel id [${channel}]`);
  return { channel, chaincode, hasTransientData: payload.has(2), header: proposal.bytes(1), input: payload.bytes(1) };
}

/** The transaction that the client signs: the proposal without its transient data, and the endorsements. */
export function prepareTransaction(
  { header, input }: Proposal,
  proposalResponsePayload: Uint8Array,
  endorsements: readonly peer.Endorsement[],
): common.Envelope {
  const proposalHeader = common.Header.deserializeBinary(header);
  const proposalPayload = new peer.ChaincodeProposalPayload();
  proposalPayload.setInput(input);
  const endorsedAction = new peer.ChaincodeEndorsedAction();
  endorsedAction.setProposalResponsePayload(proposalResponsePayload);
  endorsedAction.setEndorsementsList([...endorsements]);
  const actionPayload = new peer.ChaincodeActionPayload();
  actionPayload.setChaincodeProposalPayload(proposalPayload.serializeBinary());
  actionPayload.setAction(endorsedAction);
  const action = new peer.TransactionAction();
  action.setHeader(proposalHeader.getSignatureHeader_asU8());
  action.setPayload(actionPayload.serializeBinary());
  const transaction = new peer.Transaction();
  transaction.addActions(action);
  const payload = new common.Payload();
  payload.setHeader(proposalHeader);
  payload.setData(transaction.serializeBinary());
  const envelope = new common.Envelope();
  envelope.setPayload(payload.serializeBinary());
  return envelope;
}
