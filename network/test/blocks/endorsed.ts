import { common, peer } from '@hyperledger/fabric-protos';
import timestamp from 'google-protobuf/google/protobuf/timestamp_pb.js';
import { sha256, signLowS } from '../../src/identity/sign.js';
import type { Signer } from '../certified.js';

/** An endorser transaction, made step by step as client and peers make it; each part can be replaced by a false one. */
export interface Parts {
  readonly creator: Signer;
  readonly endorsers: readonly Signer[];
  readonly type?: number;
  readonly epoch?: number;
  readonly channel?: string;
  readonly txId?: string;
  readonly nonce?: Uint8Array;
  readonly actionNonce?: Uint8Array;
  readonly actions?: number;
  readonly extension?: Uint8Array;
  readonly invoked?: string;
  readonly executed?: { readonly name: string; readonly version: string } | undefined;
  readonly results?: Uint8Array;
  readonly eventChaincode?: string;
  readonly eventBytes?: Uint8Array;
  readonly action?: Uint8Array;
  readonly proposalHash?: Uint8Array;
}

export const TIMESTAMP = new Date('2026-06-01T12:00:00.123Z');
const NONCE = Buffer.alloc(24, 5);

export function endorsedEnvelope(parts: Parts): Buffer {
  const channelHeader = channelHeaderBytes(parts);
  const signatureHeader = signatureHeaderBytes(parts.creator, parts.nonce ?? NONCE);
  const actionHeader = signatureHeaderBytes(parts.creator, parts.actionNonce ?? parts.nonce ?? NONCE);
  const transaction = new peer.Transaction();
  const action = new peer.TransactionAction();
  action.setHeader(actionHeader);
  action.setPayload(actionPayload(parts, channelHeader, actionHeader));
  transaction.setActionsList(Array.from({ length: parts.actions ?? 1 }, () => action));
  const header = new common.Header();
  header.setChannelHeader(channelHeader);
  header.setSignatureHeader(signatureHeader);
  const payload = new common.Payload();
  payload.setHeader(header);
  payload.setData(transaction.serializeBinary());
  return signedEnvelope(payload.serializeBinary(), parts.creator);
}

/** An envelope around any payload, signed by the creator. */
export function signedEnvelope(payload: Uint8Array, creator: Signer): Buffer {
  const envelope = new common.Envelope();
  envelope.setPayload(payload);
  envelope.setSignature(signLowS(creator.key, payload));
  return Buffer.from(envelope.serializeBinary());
}

function channelHeaderBytes(parts: Parts): Uint8Array {
  const header = new common.ChannelHeader();
  header.setType(parts.type ?? common.HeaderType.ENDORSER_TRANSACTION);
  header.setChannelId(parts.channel ?? 'clubs');
  header.setTxId(parts.txId ?? sha256(parts.nonce ?? NONCE, parts.creator.serialized).toString('hex'));
  header.setTimestamp(timestamp.Timestamp.fromDate(TIMESTAMP));
  header.setEpoch(parts.epoch ?? 0);
  header.setExtension$(parts.extension ?? headerExtension(parts.invoked ?? 'basic'));
  return header.serializeBinary();
}

function headerExtension(chaincode: string): Uint8Array {
  const extension = new peer.ChaincodeHeaderExtension();
  const id = new peer.ChaincodeID();
  id.setName(chaincode);
  extension.setChaincodeId(id);
  return extension.serializeBinary();
}

function signatureHeaderBytes({ serialized }: Signer, nonce: Uint8Array): Uint8Array {
  const header = new common.SignatureHeader();
  header.setCreator(serialized);
  header.setNonce(nonce);
  return header.serializeBinary();
}

function actionPayload(parts: Parts, channelHeader: Uint8Array, actionHeader: Uint8Array): Uint8Array {
  const proposal = new peer.ChaincodeProposalPayload();
  proposal.setInput(Buffer.from('input'));
  const response = new peer.ProposalResponsePayload();
  const expectedHash = sha256(channelHeader, actionHeader, proposal.serializeBinary());
  response.setProposalHash(parts.proposalHash ?? expectedHash);
  response.setExtension$(parts.action ?? chaincodeAction(parts));
  const responseBytes = response.serializeBinary();
  const endorsed = new peer.ChaincodeEndorsedAction();
  endorsed.setProposalResponsePayload(responseBytes);
  endorsed.setEndorsementsList(parts.endorsers.map((endorser) => endorsement(endorser, responseBytes)));
  const payload = new peer.ChaincodeActionPayload();
  payload.setChaincodeProposalPayload(proposal.serializeBinary());
  payload.setAction(endorsed);
  return payload.serializeBinary();
}

function endorsement({ serialized, key }: Signer, responseBytes: Uint8Array): peer.Endorsement {
  const endorsed = new peer.Endorsement();
  endorsed.setEndorser(serialized);
  endorsed.setSignature(signLowS(key, Buffer.concat([responseBytes, serialized])));
  return endorsed;
}

function chaincodeAction(parts: Parts): Uint8Array {
  const action = new peer.ChaincodeAction();
  const response = new peer.Response();
  response.setStatus(200);
  response.setPayload(Buffer.from('result'));
  action.setResponse(response);
  action.setResults(parts.results ?? new Uint8Array());
  const executed = 'executed' in parts ? parts.executed : { name: 'basic', version: '1.0' };
  if (executed) {
    const id = new peer.ChaincodeID();
    id.setName(executed.name);
    id.setVersion(executed.version);
    action.setChaincodeId(id);
  }
  if (parts.eventBytes) action.setEvents(parts.eventBytes);
  if (parts.eventChaincode !== undefined) action.setEvents(eventOf(parts.eventChaincode));
  return action.serializeBinary();
}

function eventOf(chaincode: string): Uint8Array {
  const event = new peer.ChaincodeEvent();
  event.setChaincodeId(chaincode);
  event.setEventName('Changed');
  event.setPayload(Buffer.from('details'));
  return event.serializeBinary();
}
