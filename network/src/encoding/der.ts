/**
 * As much of ASN.1 DER as Fabric's hashes and signatures need: reading and writing one element.
 */

export const DER_INTEGER = 0x02;
export const DER_BIT_STRING = 0x03;
export const DER_OCTET_STRING = 0x04;
export const DER_SEQUENCE = 0x30;

export interface DerElement {
  tag: number;
  content: Buffer;
  /** Offset of the byte after the element. */
  end: number;
}

/** Bytes that are not the DER they should be. */
export class MalformedDerError extends Error {
  override readonly name = 'MalformedDerError';
}

/** One element: tag, shortest length, content. */
export function derElement(tag: number, ...content: Uint8Array[]): Buffer {
  const length = content.reduce((sum, part) => sum + part.length, 0);
  return Buffer.concat([Buffer.from([tag]), derLength(length), ...content]);
}

/** An unsigned big-endian number as INTEGER: no leading zeros but the one that keeps it positive. */
export function derUnsignedInteger(bigEndian: Uint8Array): Buffer {
  const digits = withoutLeadingZeros(bigEndian);
  const first = digits[0] ?? 0;
  return digits.length === 0 || first >= 0x80
    ? derElement(DER_INTEGER, Buffer.of(0), digits)
    : derElement(DER_INTEGER, digits);
}

/**
 * Reads the element that starts at `offset`.
 * @throws MalformedDerError when its tag is another, its length is not in shortest form or the bytes end before it does
 */
export function readDerElement(bytes: Buffer, offset: number, expectedTag?: number): DerElement {
  const tag = bytes[offset];
  const first = bytes[offset + 1];
  if (tag === undefined || first === undefined) throw new MalformedDerError('DER element is cut short');
  if (expectedTag !== undefined && tag !== expectedTag)
    throw new MalformedDerError(`DER element has tag ${tag}, expected ${expectedTag}`);
  const lengthBytes = first < 0x80 ? 0 : first & 0x7f;
  const start = offset + 2 + lengthBytes;
  if (start > bytes.length) throw new MalformedDerError('DER length is cut short');
  const length = lengthBytes === 0 ? first : longLength(bytes.subarray(offset + 2, start));
  const end = start + length;
  if (end > bytes.length) throw new MalformedDerError('DER element is cut short');
  return { tag, content: bytes.subarray(start, end), end };
}

export function withoutLeadingZeros(bigEndian: Uint8Array): Uint8Array {
  const firstDigit = bigEndian.findIndex((byte) => byte !== 0);
  return firstDigit === -1 ? bigEndian.subarray(bigEndian.length) : bigEndian.subarray(firstDigit);
}

function derLength(length: number): Buffer {
  if (length < 0x80) return Buffer.of(length);
  const digits = withoutLeadingZeros(uint32(length));
  return Buffer.concat([Buffer.of(0x80 | digits.length), digits]);
}

function longLength(digits: Buffer): number {
  if (digits.length === 0 || digits.length > 4) throw new MalformedDerError('DER length is out of range');
  const length = digits.readUIntBE(0, digits.length);
  if (length < 0x80 || digits[0] === 0) throw new MalformedDerError('DER length is not in its shortest form');
  return length;
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
