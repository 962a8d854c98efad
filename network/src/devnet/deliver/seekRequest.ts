/**
 * The request with which a peer asks an ordering node for blocks.
 */
import { randomBytes, type KeyObject } from 'node:crypto';
import { common, orderer } from '@hyperledger/fabric-protos';
import timestamp from 'google-protobuf/google/protobuf/timestamp_pb.js';
import { asBuffer } from '../../encoding/protobuf.js';
import { signLowS } from '../../identity/sign.js';

export interface Signer {
  /** Serialized identity. */
  readonly identity: Buffer;
  readonly key: KeyObject;
}

const NONCE_BYTES = 24;

/** A signed and serialized `common.Envelope` for all blocks from this one on, those to come included. */
export function seekRequest(channel: string, from: number, signer: Signer, now: Date): Buffer {
  const payload = new common.Payload();
  payload.setHeader(seekHeader(channel, signer, now));
  payload.setData(seekInfo(from).serializeBinary());
  const bytes = asBuffer(payload.serializeBinary());
  const envelope = new common.Envelope();
  envelope.setPayload(bytes);
  envelope.setSignature(signLowS(signer.key, bytes));
  return asBuffer(envelope.serializeBinary());
}

function seekHeader(channel: string, signer: Signer, now: Date): common.Header {
  const channelHeader = new common.ChannelHeader();
  channelHeader.setType(common.HeaderType.DELIVER_SEEK_INFO);
  channelHeader.setChannelId(channel);
  channelHeader.setTimestamp(timestamp.Timestamp.fromDate(now));
  const signatureHeader = new common.SignatureHeader();
  signatureHeader.setCreator(signer.identity);
  signatureHeader.setNonce(randomBytes(NONCE_BYTES));
  const header = new common.Header();
  header.setChannelHeader(channelHeader.serializeBinary());
  header.setSignatureHeader(signatureHeader.serializeBinary());
  return header;
}

function seekInfo(from: number): orderer.SeekInfo {
  const seek = new orderer.SeekInfo();
  seek.setStart(specified(from));
  seek.setStop(specified(Number.MAX_SAFE_INTEGER));
  return seek;
}

function specified(number: number): orderer.SeekPosition {
  const block = new orderer.SeekSpecified();
  block.setNumber(number);
  const position = new orderer.SeekPosition();
  position.setSpecified(block);
  return position;
}
