/**
 * Signatures as Fabric makes and checks them: ECDSA P-256 over SHA-256, DER, and only the lower of the two values of s,
 * so that nobody can turn a signature into another valid one.
 */
import { createHash, sign, verify, type KeyObject } from 'node:crypto';
import {
  DER_INTEGER,
  DER_SEQUENCE,
  MalformedDerError,
  derElement,
  derUnsignedInteger,
  readDerElement,
  withoutLeadingZeros,
} from '../encoding/der.js';
import { asBuffer } from '../encoding/protobuf.js';

const CURVE_ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const HALF_ORDER = CURVE_ORDER >> 1n;
const COORDINATE_BYTES = 32;

export interface EcdsaSignature {
  r: bigint;
  s: bigint;
}

export function sha256(...parts: readonly Uint8Array[]): Buffer {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
}

/** Signs with a P-256 private key; DER with low s. */
export function signLowS(key: KeyObject, data: Uint8Array): Buffer {
  const raw = sign('sha256', data, { key, dsaEncoding: 'ieee-p1363' });
  const r = raw.subarray(0, COORDINATE_BYTES);
  const s = raw.subarray(COORDINATE_BYTES);
  const sValue = unsigned(s);
  const low = sValue > HALF_ORDER ? coordinate(CURVE_ORDER - sValue) : s;
  return derElement(DER_SEQUENCE, derUnsignedInteger(r), derUnsignedInteger(low));
}

/**
 * Verifies a signature as Fabric's BCCSP does: high s is no valid signature; bytes after the two numbers are not looked at.
 * Anything malformed is simply not valid.
 */
export function verifyLowS(publicKey: KeyObject, data: Uint8Array, signature: Uint8Array): boolean {
  const numbers = readSignature(signature);
  if (!numbers || numbers.s > HALF_ORDER || numbers.r >= CURVE_ORDER) return false;
  const raw = Buffer.concat([coordinate(numbers.r), coordinate(numbers.s)]);
  return verify('sha256', data, { key: publicKey, dsaEncoding: 'ieee-p1363' }, raw);
}

/** The numbers of a DER signature; undefined when it is malformed or one of them is not positive. */
export function readSignature(signature: Uint8Array): EcdsaSignature | undefined {
  try {
    const sequence = readDerElement(asBuffer(signature), 0, DER_SEQUENCE).content;
    const r = readDerElement(sequence, 0, DER_INTEGER);
    const s = readDerElement(sequence, r.end, DER_INTEGER);
    return { r: positive(r.content), s: positive(s.content) };
  } catch (error) {
    if (error instanceof MalformedDerError) return undefined;
    throw error;
  }
}

/** The same signature with the lower value of s. */
export function toLowS({ r, s }: EcdsaSignature): EcdsaSignature {
  return { r, s: s > HALF_ORDER ? CURVE_ORDER - s : s };
}

function positive(content: Buffer): bigint {
  const first = content[0] ?? 0;
  const second = content[1] ?? 0;
  const padded = content.length > 1 && first === 0 && second < 0x80;
  if (content.length === 0 || first >= 0x80 || padded || withoutLeadingZeros(content).length === 0)
    throw new MalformedDerError('number is not a positive INTEGER in its shortest form');
  return unsigned(content);
}

function unsigned(bigEndian: Uint8Array): bigint {
  return BigInt(`0x${asBuffer(bigEndian).toString('hex')}`);
}

function coordinate(value: bigint): Buffer {
  return Buffer.from(value.toString(16).padStart(2 * COORDINATE_BYTES, '0'), 'hex');
}
