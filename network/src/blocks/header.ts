/**
 * What a block's header commits to.
 */
import { DER_OCTET_STRING, DER_SEQUENCE, derElement, derUnsignedInteger } from '../encoding/der.js';
import { sha256 } from '../identity/sign.js';

/** The bytes that are hashed and signed: DER SEQUENCE { INTEGER number, OCTET STRING previousHash, OCTET STRING dataHash }. */
export function headerBytes(number: number, previousHash: Uint8Array, hashOfData: Uint8Array): Buffer {
  const bigEndian = Buffer.alloc(8);
  bigEndian.writeBigUInt64BE(BigInt(number));
  return derElement(
    DER_SEQUENCE,
    derUnsignedInteger(bigEndian),
    derElement(DER_OCTET_STRING, previousHash),
    derElement(DER_OCTET_STRING, hashOfData),
  );
}

/** What the next block names as its previous hash. */
export function headerHash(number: number, previousHash: Uint8Array, hashOfData: Uint8Array): Buffer {
  return sha256(headerBytes(number, previousHash, hashOfData));
}

/** Over the envelopes as received, one after the other. */
export function dataHash(envelopes: readonly Uint8Array[]): Buffer {
  return sha256(...envelopes);
}
