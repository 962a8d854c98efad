/**
 * An endorser transaction, read from its envelope in the two steps in which Fabric's validation reads it.
 */
import { peer } from '@hyperledger/fabric-protos';
import { Message } from '../encoding/protobuf.js';
import { sha256 } from '../identity/sign.js';
import { MalformedEnvelopeError, reading, type Envelope } from './envelope.js';
import { parseReadWriteSets, type NamespaceReadWriteSet } from './rwset.js';

export interface Endorsement {
  /** Serialized identity. */
  readonly endorser: Buffer;
  /** Over `proposalResponsePayload || endorser`. */
  readonly signature: Buffer;
}

/** What was proposed and endorsed. */
export interface EndorsedProposal {
  readonly proposalResponsePayload: Buffer;
  readonly endorsements: readonly Endorsement[];
  /** What the endorsers say they saw. */
  readonly proposalHash: Buffer;
  /** What they should have seen: SHA-256 of channel header, signature header and proposal without its transient part. */
  readonly expectedProposalHash: Buffer;
  /** Serialized `ChaincodeProposalPayload` without its transient part. */
  readonly proposalPayload: Buffer;
  /** Serialized `ChaincodeAction`. */
  readonly action: Buffer;
}

export interface ChaincodeEvent {
  readonly chaincode: string;
  readonly txId: string;
  readonly name: string;
  readonly payload: Buffer;
}

/** What the chaincode did. */
export interface ChaincodeAction {
  readonly chaincode: { readonly name: string; readonly version: string };
  readonly response: { readonly status: number; readonly message: string; readonly payload: Buffer };
  readonly event: ChaincodeEvent | undefined;
  readonly readWriteSets: readonly NamespaceReadWriteSet[];
}

export type EndorserTransaction = EndorsedProposal & ChaincodeAction;

const { TxValidationCode } = peer;

/** Both steps. @throws MalformedEnvelopeError */
export function parseEndorserTransaction(envelope: Envelope): EndorserTransaction {
  const proposal = parseEndorsedProposal(envelope);
  return Object.freeze({ ...proposal, ...parseChaincodeAction(envelope, proposal) });
}

/** @throws MalformedEnvelopeError with INVALID_ENDORSER_TRANSACTION */
export function parseEndorsedProposal(envelope: Envelope): EndorsedProposal {
  return reading(TxValidationCode.INVALID_ENDORSER_TRANSACTION, () => {
    const action = onlyAction(new Message(envelope.data));
    const actionHeader = action.bytes(1);
    requireCompleteActionHeader(new Message(actionHeader));
    const payload = new Message(action.bytes(2));
    const endorsed = payload.message(2);
    const response = new Message(endorsed.bytes(1));
    return {
      proposalResponsePayload: endorsed.bytes(1),
      endorsements: endorsed.messages(2).map((one) => ({ endorser: one.bytes(1), signature: one.bytes(2) })),
      proposalHash: response.bytes(1),
      expectedProposalHash: sha256(envelope.channelHeader, actionHeader, payload.bytes(1)),
      proposalPayload: payload.bytes(1),
      action: response.bytes(2),
    };
  });
}

/** @throws MalformedEnvelopeError with the codes of Fabric's dispatcher (txvalidator/v20/plugindispatcher) */
export function parseChaincodeAction(envelope: Envelope, proposal: EndorsedProposal): ChaincodeAction {
  const invoked = reading(TxValidationCode.BAD_HEADER_EXTENSION, () =>
    chaincodeId(new Message(envelope.headerExtension)),
  );
  return reading(TxValidationCode.BAD_RESPONSE_PAYLOAD, () => {
    const action = new Message(proposal.action);
    const response = parseResponse(action.message(3));
    const executed = parseChaincodeId(action.optionalMessage(4));
    const readWriteSets = reading(TxValidationCode.BAD_RWSET, () => parseReadWriteSets(action.bytes(1)));
    return {
      chaincode: requireSameChaincode(invoked, executed),
      response,
      event: parseEvent(action, invoked?.name),
      readWriteSets: requireDistinctNamespaces(readWriteSets),
    };
  });
}

function parseResponse(response: Message): ChaincodeAction['response'] {
  return { status: response.integer(1), message: response.text(2), payload: response.bytes(3) };
}

function parseChaincodeId(id: Message | undefined): ChaincodeAction['chaincode'] | undefined {
  return id && { name: id.text(2), version: id.text(3) };
}

function onlyAction(transaction: Message): Message {
  const [action, ...others] = transaction.messages(1);
  if (!action || others.length > 0)
    throw new MalformedEnvelopeError(
      TxValidationCode.INVALID_ENDORSER_TRANSACTION,
      `only one action per transaction is supported, tx contains ${action ? others.length + 1 : 0}`,
    );
  return action;
}

function requireCompleteActionHeader(signatureHeader: Message): void {
  if (signatureHeader.bytes(1).length === 0 || signatureHeader.bytes(2).length === 0)
    throw new MalformedEnvelopeError(
      TxValidationCode.INVALID_ENDORSER_TRANSACTION,
      'invalid nonce or creator specified in the header of the action',
    );
}

function chaincodeId(headerExtension: Message): { name: string } | undefined {
  const id = headerExtension.optionalMessage(2);
  return id && { name: id.text(2) };
}

function requireSameChaincode(
  invoked: { name: string } | undefined,
  executed: { name: string; version: string } | undefined,
): ChaincodeAction['chaincode'] {
  if (!invoked) throw invalid('nil ChaincodeId in header extension');
  if (!executed) throw invalid('nil ChaincodeId in ChaincodeAction');
  if (invoked.name === '' || invoked.name !== executed.name)
    throw new MalformedEnvelopeError(
      TxValidationCode.INVALID_CHAINCODE,
      `inconsistent ccid info (${invoked.name}/${executed.name})`,
    );
  if (executed.version === '')
    throw new MalformedEnvelopeError(TxValidationCode.INVALID_CHAINCODE, 'invalid chaincode version');
  return executed;
}

function parseEvent(action: Message, chaincode: string | undefined): ChaincodeEvent | undefined {
  if (!action.has(2)) return undefined;
  const event = reading(TxValidationCode.INVALID_OTHER_REASON, () => {
    const message = new Message(action.bytes(2));
    return { chaincode: message.text(1), txId: message.text(2), name: message.text(3), payload: message.bytes(4) };
  });
  if (event.chaincode !== chaincode)
    throw invalid('chaincode event chaincode id does not match chaincode action chaincode id');
  return event;
}

function requireDistinctNamespaces(sets: NamespaceReadWriteSet[]): NamespaceReadWriteSet[] {
  const namespaces = new Set<string>();
  for (const { namespace } of sets) {
    if (namespaces.has(namespace))
      throw new MalformedEnvelopeError(
        TxValidationCode.ILLEGAL_WRITESET,
        `duplicate namespace '${namespace}' in txRWSet`,
      );
    namespaces.add(namespace);
  }
  return sets;
}

function invalid(message: string): MalformedEnvelopeError {
  return new MalformedEnvelopeError(TxValidationCode.INVALID_OTHER_REASON, message);
}
