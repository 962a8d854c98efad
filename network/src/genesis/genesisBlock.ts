/**
 * The first block of a channel: its configuration, as Fabric's `configtxgen` would make it.
 */
import { randomBytes } from 'node:crypto';
import { common } from '@hyperledger/fabric-protos';
import timestamp from 'google-protobuf/google/protobuf/timestamp_pb.js';
import { dataHash } from '../blocks/header.js';
import type { PublicOrganization } from '../certificates/organization.js';
import type { Consortium } from '../consortium.js';
import { asBuffer } from '../encoding/protobuf.js';
import { sha256 } from '../identity/sign.js';
import { channelGroup } from './channelGroup.js';
import type { Consensus } from './consensus.js';

export interface GenesisOptions {
  readonly consensus: Consensus;
  readonly now: Date;
}

const NONCE_BYTES = 24;
const HEADER_VERSION = 1;
const METADATA_SLOTS = Object.keys(common.BlockMetadataIndex).length;

/**
 * Serialized `common.Block` number 0. No two are equal: a channel is made once.
 * @param organizations of all clubs and of the nodes that order under this consensus, in any order
 * @throws Error when one of them is missing
 */
export function createGenesisBlock(
  consortium: Consortium,
  organizations: readonly PublicOrganization[],
  { consensus, now }: GenesisOptions,
): Buffer {
  const group = channelGroup(consortium, organizations, consensus);
  return block(configEnvelope(consortium.channel, group, now));
}

function configEnvelope(channel: string, group: common.ConfigGroup, now: Date): Uint8Array {
  const config = new common.Config();
  config.setChannelGroup(group);
  const envelope = new common.ConfigEnvelope();
  envelope.setConfig(config);
  const payload = new common.Payload();
  payload.setHeader(configHeader(channel, now));
  payload.setData(envelope.serializeBinary());
  const signed = new common.Envelope();
  signed.setPayload(payload.serializeBinary());
  return signed.serializeBinary();
}

function configHeader(channel: string, now: Date): common.Header {
  const nonce = randomBytes(NONCE_BYTES);
  const signatureHeader = new common.SignatureHeader();
  signatureHeader.setNonce(nonce);
  const channelHeader = new common.ChannelHeader();
  channelHeader.setType(common.HeaderType.CONFIG);
  channelHeader.setVersion(HEADER_VERSION);
  channelHeader.setTimestamp(timestamp.Timestamp.fromDate(now));
  channelHeader.setChannelId(channel);
  channelHeader.setTxId(sha256(nonce).toString('hex'));
  const header = new common.Header();
  header.setChannelHeader(channelHeader.serializeBinary());
  header.setSignatureHeader(signatureHeader.serializeBinary());
  return header;
}

function block(envelope: Uint8Array): Buffer {
  const header = new common.BlockHeader();
  header.setDataHash(dataHash([envelope]));
  const data = new common.BlockData();
  data.setDataList([envelope]);
  const genesis = new common.Block();
  genesis.setHeader(header);
  genesis.setData(data);
  genesis.setMetadata(metadata());
  return asBuffer(genesis.serializeBinary());
}

function metadata(): common.BlockMetadata {
  const lastConfig = new common.LastConfig();
  const ordering = new common.OrdererBlockMetadata();
  ordering.setLastConfig(lastConfig);
  const slots = Array.from({ length: METADATA_SLOTS }, (): Uint8Array => new Uint8Array());
  slots[common.BlockMetadataIndex.SIGNATURES] = metadataSlot(ordering.serializeBinary());
  slots[common.BlockMetadataIndex.LAST_CONFIG] = metadataSlot(lastConfig.serializeBinary());
  const value = new common.BlockMetadata();
  value.setMetadataList(slots);
  return value;
}

function metadataSlot(value: Uint8Array): Uint8Array {
  const slot = new common.Metadata();
  slot.setValue(value);
  return slot.serializeBinary();
}
