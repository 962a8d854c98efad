import { randomBytes } from 'node:crypto';
import { common } from '@hyperledger/fabric-protos';
import { parseBlock } from '@reciprocal-clubs/network/blocks/block.js';
import { Sequencer } from '@reciprocal-clubs/network/devnet/ordering/sequencer.js';
import { ORDERING_MSP_ID } from '@reciprocal-clubs/network/devnet/inProcess/members.js';
import { asBuffer } from '@reciprocal-clubs/network/encoding/protobuf.js';
import { signLowS } from '@reciprocal-clubs/network/identity/sign.js';
import { mspIds, type World } from './world.js';

const { TRANSACTIONS_FILTER } = common.BlockMetadataIndex;

/** A block as its peer has it. */
export const storedBlock = (world: World, number: number): Buffer =>
  world.network.peer(mspIds.harbour).storedBlock(number).bytes;

/** Another block after this one, signed by the real ordering node or another, all its transactions called by one code. */
export function orderedAfter(
  world: World,
  lastBlock: Buffer,
  envelopes: readonly Buffer[],
  { code = 0, signer = ORDERING_MSP_ID } = {},
): Buffer {
  const { identity, key } = world.network.signer(signer, 'Node');
  const bytes = new Sequencer({ identity, key, lastBlock }).nextBlock(envelopes);
  return withCodes(
    bytes,
    envelopes.map(() => code),
  );
}

/** The same block with other validation codes: nobody signs them. */
export function withCodes(bytes: Buffer, codes: readonly number[]): Buffer {
  const block = common.Block.deserializeBinary(bytes);
  const metadata = block.getMetadata() ?? new common.BlockMetadata();
  const slots = metadata.getMetadataList_asU8();
  slots[TRANSACTIONS_FILTER] = Uint8Array.from(codes);
  metadata.setMetadataList(slots);
  block.setMetadata(metadata);
  return asBuffer(block.serializeBinary());
}

/** The same block with a bit of an envelope turned over. */
export function damaged(bytes: Buffer): Buffer {
  const block = common.Block.deserializeBinary(bytes);
  const data = block.getData() ?? new common.BlockData();
  const [first = new Uint8Array(), ...others] = data.getDataList_asU8();
  const envelope = Uint8Array.from(first);
  envelope[envelope.length - 1] = (envelope.at(-1) ?? 0) ^ 1;
  data.setDataList([envelope, ...others]);
  block.setData(data);
  return asBuffer(block.serializeBinary());
}

/** An envelope that bears the transaction id of another one, signed by a club that did not make it. */
export function borrowingIdOf(world: World, envelope: Buffer, mspId: string): Buffer {
  const { identity, key } = world.network.signer(mspId);
  const payload = common.Payload.deserializeBinary(common.Envelope.deserializeBinary(envelope).getPayload_asU8());
  const signatureHeader = new common.SignatureHeader();
  signatureHeader.setCreator(identity);
  signatureHeader.setNonce(randomBytes(24));
  payload.getHeader()?.setSignatureHeader(signatureHeader.serializeBinary());
  const bytes = payload.serializeBinary();
  const forged = new common.Envelope();
  forged.setPayload(bytes);
  forged.setSignature(signLowS(key, bytes));
  return asBuffer(forged.serializeBinary());
}

export const envelopesOf = (bytes: Buffer): readonly Buffer[] => parseBlock(bytes).envelopes;
