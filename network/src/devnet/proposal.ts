/**
 * A proposal as a client signed it, and what Fabric asks of it before anything runs (endorser/msgvalidation.go,
 * handlers/auth/filter).
 */
import { common, peer } from '@hyperledger/fabric-protos';
import { transactionId } from '../blocks/verifyTransaction.js';
import { MalformedMessageError, Message } from '../encoding/protobuf.js';
import { InvalidIdentityError, type Identity, type Msps } from '../identity/msp.js';
import { sha256 } from '../identity/sign.js';

export interface Proposal {
  readonly type: number;
  readonly channel: string;
  readonly txId: string;
  readonly timestampMs: number;
  readonly epoch: number;
  readonly nonce: Buffer;
  readonly creator: Buffer;
  readonly chaincode: string;
  readonly input: peer.ChaincodeInput;
  /** SHA-256 of channel header, signature header and payload without its transient part. */
  readonly hash: Buffer;
  /** What the client signed. */
  readonly bytes: Uint8Array;
  readonly signature: Uint8Array;
}

const TIME_WINDOW_MS = 15 * 60 * 1000;
const TYPES: readonly number[] = [common.HeaderType.ENDORSER_TRANSACTION, common.HeaderType.CONFIG];
const TYPE_NAMES = new Map<number, string>(Object.entries(common.HeaderType).map(([name, type]) => [type, name]));

/** @throws Error with Fabric's words when it is malformed */
export function readProposal(signed: peer.SignedProposal): Proposal {
  const bytes = signed.getProposalBytes_asU8();
  const proposal = reading('Proposal', () => new Message(bytes));
  const header = reading('Header', () => proposal.message(1));
  const channelHeader = reading('ChannelHeader', () => new Message(header.bytes(1)));
  const signatureHeader = reading('SignatureHeader', () => new Message(header.bytes(2)));
  const payload = reading('ChaincodeProposalPayload', () => proposal.message(2));
  return reading('ChannelHeader', () => ({
    type: channelHeader.integer(1),
    channel: channelHeader.text(4),
    txId: channelHeader.text(5),
    timestampMs: timestampMs(channelHeader),
    epoch: channelHeader.integer(6),
    nonce: signatureHeader.bytes(2),
    creator: signatureHeader.bytes(1),
    chaincode: chaincodeName(channelHeader.bytes(7)),
    input: chaincodeInput(payload.bytes(1)),
    hash: sha256(header.bytes(1), header.bytes(2), withoutTransient(payload.bytes(1))),
    bytes,
    signature: signed.getSignature_asU8(),
  }));
}

/**
 * What Fabric's filters ask first, by the peer's own clock. An identity that cannot be read does not expire.
 * @throws Error with Fabric's words
 */
export function requireTimely({ creator, timestampMs: at }: Proposal, msps: Msps, nowMs: number): void {
  if (isExpired(creator, msps)) throw new Error('proposal client identity expired');
  if (Math.abs(at - nowMs) > TIME_WINDOW_MS)
    throw new Error(
      `request unauthorized due to incorrect timestamp ${rfc3339(at)}, peer time ${rfc3339(nowMs)}, peer.authentication.timewindow 15m0s`,
    );
}

/**
 * The client, when all of the header is in order and the signature is the client's.
 * @throws Error with Fabric's words
 */
export function authenticate(proposal: Proposal, msps: Msps): Identity {
  const { type, epoch, nonce, creator, txId, channel, bytes, signature } = proposal;
  if (!TYPES.includes(type)) throw new Error(`invalid header type ${TYPE_NAMES.get(type) ?? type}`);
  if (epoch !== 0) throw new Error('epoch is non-zero');
  if (nonce.length === 0) throw new Error('nonce is empty');
  if (creator.length === 0) throw new Error('creator is empty');
  const expected = transactionId(nonce, creator);
  if (txId !== expected) throw new Error(`incorrectly computed txid '${txId}' -- expected '${expected}'`);
  if (signature.length === 0) throw new Error('empty signature bytes');
  try {
    return msps.authenticate(creator, bytes, signature);
  } catch (error) {
    if (error instanceof InvalidIdentityError) throw accessDenied(channel, creator, msps);
    throw error;
  }
}

function accessDenied(channel: string, creator: Buffer, msps: Msps): Error {
  const mspId = claimedMspId(creator);
  return new Error(
    mspId !== undefined && msps.has(mspId)
      ? `access denied: channel [${channel}] creator org [${mspId}]`
      : `access denied: channel [${channel}] creator org unknown, creator is malformed`,
  );
}

function claimedMspId(creator: Buffer): string | undefined {
  try {
    return new Message(creator).text(1);
  } catch {
    return undefined;
  }
}

function isExpired(creator: Buffer, msps: Msps): boolean {
  try {
    return msps.isExpired(msps.identity(creator));
  } catch (error) {
    if (error instanceof InvalidIdentityError) return false;
    throw error;
  }
}

function chaincodeName(headerExtension: Buffer): string {
  const id = reading('ChaincodeHeaderExtension', () => new Message(headerExtension).optionalMessage(2));
  if (!id) throw new Error('ChaincodeHeaderExtension.ChaincodeId is nil');
  const name = id.text(2);
  if (name === '') throw new Error('ChaincodeHeaderExtension.ChaincodeId.Name is empty');
  return name;
}

function chaincodeInput(invocation: Buffer): peer.ChaincodeInput {
  const specification = reading('ChaincodeInvocationSpec', () => new Message(invocation).optionalMessage(1));
  if (!specification) throw new Error('chaincode invocation spec did not contain chaincode spec');
  if (!specification.has(3)) throw new Error('chaincode input did not contain any input');
  return peer.ChaincodeInput.deserializeBinary(specification.bytes(3));
}

function withoutTransient(input: Buffer): Uint8Array {
  const payload = new peer.ChaincodeProposalPayload();
  payload.setInput(input);
  return payload.serializeBinary();
}

/** A claim that is missing is 1970, as Fabric has it. */
function timestampMs(channelHeader: Message): number {
  const timestamp = channelHeader.message(3);
  return timestamp.integer(1) * 1000 + timestamp.integer(2) / 1_000_000;
}

function rfc3339(ms: number): string {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? String(ms) : date.toISOString().replace(/\.\d+Z$/, 'Z');
}

function reading<Value>(what: string, read: () => Value): Value {
  try {
    return read();
  } catch (error) {
    if (error instanceof MalformedMessageError)
      throw new Error(`error unmarshalling ${what}: ${error.message}`, { cause: error });
    throw error;
  }
}
