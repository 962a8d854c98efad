/**
 * A block, read from its bytes. Nothing is verified here but the form (see verify.ts).
 */
import { common } from '@hyperledger/fabric-protos';
import { Message } from '../encoding/protobuf.js';

/** A signature of the ordering service over `value || header of the signature || header of the block`. */
export interface OrderingSignature {
  readonly signature: Buffer;
  /** Serialized `SignatureHeader`, which names the signer; empty in the BFT form. */
  readonly signatureHeader: Buffer;
  /** Serialized `IdentifierHeader`, the BFT form, which numbers the signer; empty otherwise. */
  readonly identifierHeader: Buffer;
}

export interface BlockMetadata {
  /** What the ordering service signed beside the header: serialized `OrdererBlockMetadata`. */
  readonly orderingValue: Buffer;
  readonly orderingSignatures: readonly OrderingSignature[];
  /** Number of the block whose channel configuration was in force. */
  readonly lastConfigNumber: number;
  /** One validation code per envelope; empty in blocks from the ordering service. Not covered by any signature. */
  readonly flags: Buffer;
  /** Chained over flags and updates by each peer; empty in blocks from the ordering service. */
  readonly commitHash: Buffer;
}

export interface Block {
  readonly number: number;
  readonly previousHash: Buffer;
  readonly dataHash: Buffer;
  /** Serialized `common.Envelope`s, as received. */
  readonly envelopes: readonly Buffer[];
  readonly metadata: BlockMetadata;
}

const { SIGNATURES, TRANSACTIONS_FILTER, COMMIT_HASH } = common.BlockMetadataIndex;

/** Reads a `common.Block`. @throws MalformedMessageError */
export function parseBlock(bytes: Uint8Array): Block {
  const block = new Message(bytes);
  const header = block.message(1);
  return Object.freeze({
    number: header.integer(1),
    previousHash: header.bytes(2),
    dataHash: header.bytes(3),
    envelopes: block.message(2).allBytes(1),
    metadata: parseMetadata(block.message(3).allBytes(1)),
  });
}

function parseMetadata(slots: readonly Buffer[]): BlockMetadata {
  const ordering = new Message(slots[SIGNATURES] ?? Buffer.alloc(0));
  const value = new Message(ordering.bytes(1));
  return {
    orderingValue: ordering.bytes(1),
    orderingSignatures: ordering.messages(2).map((signature) => ({
      signature: signature.bytes(2),
      signatureHeader: signature.bytes(1),
      identifierHeader: signature.bytes(3),
    })),
    lastConfigNumber: value.message(1).integer(1),
    flags: slots[TRANSACTIONS_FILTER] ?? Buffer.alloc(0),
    commitHash: new Message(slots[COMMIT_HASH] ?? Buffer.alloc(0)).bytes(1),
  };
}
