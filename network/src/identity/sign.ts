/**
 * Signatures as Fabric makes and checks them: ECDSA over SHA-256, DER, and only the lower of the two values of s, so that nobody can turn
 * a signature into another valid one; or Ed25519 over the data itself. What we sign with is P-256.
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

interface Curve {
  readonly order: bigint;
  readonly coordinateBytes: number;
}

const P256: Curve = { order: 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n, coordinateBytes: 32 };

/** By OpenSSL's names: the curves that Fabric's BCCSP verifies with (bccsp/utils/ecdsa.go). */
const CURVES: Readonly<Record<string, Curve>> = {
  secp224r1: { order: 0xffffffffffffffffffffffffffff16a2e0b8f03e13dd29455c5c2a3dn, coordinateBytes: 28 },
  prime256v1: P256,
  secp384r1: {
    order: BigInt('0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973'),
    coordinateBytes: 48,
  },
  secp521r1: {
    order: BigInt(
      '0x1fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa' +
        '51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409',
    ),
    coordinateBytes: 66,
  },
};

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
  const r = raw.subarray(0, P256.coordinateBytes);
  const s = raw.subarray(P256.coordinateBytes);
  const sValue = unsigned(s);
  const low = sValue > P256.order >> 1n ? coordinate(P256.order - sValue, P256) : s;
  return derElement(DER_SEQUENCE, derUnsignedInteger(r), derUnsignedInteger(low));
}

/**
 * Verifies a signature as Fabric's BCCSP does: high s is no valid signature; bytes after the two numbers are not looked at.
 * Anything malformed is simply not valid.
 */
export function verifyLowS(publicKey: KeyObject, data: Uint8Array, signature: Uint8Array): boolean {
  if (publicKey.asymmetricKeyType === 'ed25519') return verify(null, data, publicKey, signature);
  const curve = curveOf(publicKey);
  const numbers = readSignature(signature);
  if (!curve || !numbers || numbers.s > curve.order >> 1n || numbers.r >= curve.order) return false;
  const raw = Buffer.concat([coordinate(numbers.r, curve), coordinate(numbers.s, curve)]);
  return verify('sha256', data, { key: publicKey, dsaEncoding: 'ieee-p1363' }, raw);
}

/** Whether Fabric verifies with keys of this kind. */
export function isVerifiable(publicKey: KeyObject): boolean {
  return publicKey.asymmetricKeyType === 'ed25519' || curveOf(publicKey) !== undefined;
}

function curveOf({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): Curve | undefined {
  return asymmetricKeyType === 'ec' ? CURVES[asymmetricKeyDetails?.namedCurve ?? ''] : undefined;
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

/** The same P-256 signature with the lower value of s. */
export function toLowS({ r, s }: EcdsaSignature): EcdsaSignature {
  return { r, s: s > P256.order >> 1n ? P256.order - s : s };
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

function coordinate(value: bigint, { coordinateBytes }: Curve): Buffer {
  return Buffer.from(value.toString(16).padStart(2 * coordinateBytes, '0'), 'hex');
}
