/**
 * Makes the blocks of an ordering node, each on the one before (orderer/common/multichannel/blockwriter.go).
 */
import { randomBytes, type KeyObject } from 'node:crypto';
import { common } from '@hyperledger/fabric-protos';
import { parseBlock } from '../../blocks/block.js';
import { dataHash, headerBytes, headerHash } from '../../blocks/header.js';
import { asBuffer } from '../../encoding/protobuf.js';
import { signLowS } from '../../identity/sign.js';

export interface SequencerOptions {
  /** Serialized identity of the ordering node, and its key. */
  readonly identity: Buffer;
  readonly key: KeyObject;
  /** Serialized block after which it goes on. */
  readonly lastBlock: Buffer;
}

const { SIGNATURES, LAST_CONFIG } = common.BlockMetadataIndex;
const METADATA_SLOTS = Object.keys(common.BlockMetadataIndex).length;
const NONCE_BYTES = 24;

/** Devnet's configuration is always that of the genesis block. */
const CONFIG_BLOCK_NUMBER = 0;

export class Sequencer {
  readonly #identity: Buffer;
  readonly #key: KeyObject;
  #nextNumber: number;
  #previousHash: Buffer;

  constructor({ identity, key, lastBlock }: SequencerOptions) {
    this.#identity = identity;
    this.#key = key;
    const last = parseBlock(lastBlock);
    this.#nextNumber = last.number + 1;
    this.#previousHash = headerHash(last.number, last.previousHash, last.dataHash);
  }

  /** The serialized block with these envelopes that follows the last one made, signed. */
  nextBlock(envelopes: readonly Buffer[]): Buffer {
    const header = new common.BlockHeader();
    const hashOfData = dataHash(envelopes);
    header.setNumber(this.#nextNumber);
    header.setPreviousHash(this.#previousHash);
    header.setDataHash(hashOfData);
    const data = new common.BlockData();
    data.setDataList([...envelopes]);
    const block = new common.Block();
    block.setHeader(header);
    block.setData(data);
    block.setMetadata(this.#metadata(headerBytes(this.#nextNumber, this.#previousHash, hashOfData)));
    this.#previousHash = headerHash(this.#nextNumber, this.#previousHash, hashOfData);
    this.#nextNumber += 1;
    return asBuffer(block.serializeBinary());
  }

  #metadata(header: Buffer): common.BlockMetadata {
    const lastConfig = new common.LastConfig();
    lastConfig.setIndex(CONFIG_BLOCK_NUMBER);
    const slots = Array.from({ length: METADATA_SLOTS }, (): Uint8Array => new Uint8Array());
    slots[SIGNATURES] = this.#signatures(lastConfig, header).serializeBinary();
    const lastConfigSlot = new common.Metadata();
    lastConfigSlot.setValue(lastConfig.serializeBinary());
    slots[LAST_CONFIG] = lastConfigSlot.serializeBinary();
    const metadata = new common.BlockMetadata();
    metadata.setMetadataList(slots);
    return metadata;
  }

  /** Over the value, the header of the signature and the header of the block. */
  #signatures(lastConfig: common.LastConfig, header: Buffer): common.Metadata {
    const ordering = new common.OrdererBlockMetadata();
    ordering.setLastConfig(lastConfig);
    ordering.setConsenterMetadata(new common.Metadata().serializeBinary());
    const value = ordering.serializeBinary();
    const signatureHeader = new common.SignatureHeader();
    signatureHeader.setCreator(this.#identity);
    signatureHeader.setNonce(randomBytes(NONCE_BYTES));
    const signatureHeaderBytes = signatureHeader.serializeBinary();
    const signature = new common.MetadataSignature();
    signature.setSignatureHeader(signatureHeaderBytes);
    signature.setSignature(signLowS(this.#key, Buffer.concat([value, signatureHeaderBytes, header])));
    const slot = new common.Metadata();
    slot.setValue(value);
    slot.addSignatures(signature);
    return slot;
  }
}
