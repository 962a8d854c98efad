/**
 * A reader for protobuf messages that come from others. It keeps to what Go's decoder does where the generated
 * JavaScript decoder does not: text that is not UTF-8 is refused (the generated one drops the bytes, so that two
 * different keys could look alike), and a repeated singular message is merged. It is also many times faster.
 */

const VARINT = 0;
const FIXED64 = 1;
const LENGTH_DELIMITED = 2;
const FIXED32 = 5;

const NO_BYTES = Buffer.alloc(0);
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Bytes that are not the protobuf message they should be. */
export class MalformedMessageError extends Error {
  override readonly name = 'MalformedMessageError';
}

/** The fields of one message. Absent fields read as proto3's zero values; views share the memory of the input. */
export class Message {
  readonly #lengthDelimited = new Map<number, Buffer[]>();
  readonly #varints = new Map<number, bigint>();

  /** @throws MalformedMessageError when the bytes are no message */
  constructor(bytes: Uint8Array) {
    const input = asBuffer(bytes);
    let offset = 0;
    while (offset < input.length) offset = this.#readField(input, offset);
  }

  /** Bytes of a `bytes` field; of several occurrences the last. */
  bytes(field: number): Buffer {
    return this.#lengthDelimited.get(field)?.at(-1) ?? NO_BYTES;
  }

  /** All occurrences of a repeated `bytes` field. */
  allBytes(field: number): readonly Buffer[] {
    return this.#lengthDelimited.get(field) ?? [];
  }

  /** @throws MalformedMessageError when the bytes are not UTF-8 */
  text(field: number): string {
    return decodeUtf8(this.bytes(field));
  }

  /** True when a `bytes`, `string` or message field is present, even if empty. */
  has(field: number): boolean {
    return this.#lengthDelimited.has(field);
  }

  /** A message field, empty if absent. */
  message(field: number): Message {
    const occurrences = this.allBytes(field);
    return new Message(occurrences.length === 1 ? this.bytes(field) : Buffer.concat(occurrences));
  }

  optionalMessage(field: number): Message | undefined {
    return this.has(field) ? this.message(field) : undefined;
  }

  messages(field: number): Message[] {
    return this.allBytes(field).map((bytes) => new Message(bytes));
  }

  /**
   * An `int32`, `int64`, `uint64` or enum field.
   * @throws MalformedMessageError beyond what a JavaScript number counts exactly
   */
  integer(field: number): number {
    const value = Number(BigInt.asIntN(64, this.#varints.get(field) ?? 0n));
    if (!Number.isSafeInteger(value)) throw new MalformedMessageError('number is out of range');
    return value;
  }

  flag(field: number): boolean {
    return (this.#varints.get(field) ?? 0n) !== 0n;
  }

  /** Value of a varint field that distinguishes absent from zero, as members of a `oneof` do. */
  optionalInteger(field: number): number | undefined {
    return this.#varints.has(field) ? this.integer(field) : undefined;
  }

  #readField(input: Buffer, start: number): number {
    const [key, offset] = readVarint(input, start);
    const field = Number(key >> 3n);
    if (field === 0) throw new MalformedMessageError('field number is zero');
    switch (Number(key & 7n)) {
      case VARINT: {
        const [value, end] = readVarint(input, offset);
        this.#varints.set(field, value);
        return end;
      }
      case LENGTH_DELIMITED: {
        const [length, contentStart] = readVarint(input, offset);
        const end = skip(input, contentStart, length);
        const content = input.subarray(contentStart, end);
        const occurrences = this.#lengthDelimited.get(field);
        if (occurrences) occurrences.push(content);
        else this.#lengthDelimited.set(field, [content]);
        return end;
      }
      case FIXED64:
        return skip(input, offset, 8n);
      case FIXED32:
        return skip(input, offset, 4n);
      default:
        throw new MalformedMessageError('wire type is not supported');
    }
  }
}

/** @throws MalformedMessageError when the bytes are not UTF-8 */
export function decodeUtf8(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw new MalformedMessageError('text is not UTF-8');
  }
}

export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function skip(input: Buffer, offset: number, length: bigint): number {
  if (length > BigInt(input.length - offset)) throw new MalformedMessageError('message is cut short');
  return offset + Number(length);
}

function readVarint(input: Buffer, start: number): [value: bigint, end: number] {
  let small = 0;
  for (let index = 0; index < 4; index++) {
    const byte = byteAt(input, start + index);
    small += (byte & 0x7f) * 2 ** (7 * index);
    if (byte < 0x80) return [BigInt(small), start + index + 1];
  }
  let value = BigInt(small);
  for (let index = 4; index < 10; index++) {
    const byte = byteAt(input, start + index);
    value |= BigInt(byte & 0x7f) << BigInt(7 * index);
    if (byte < 0x80) return [BigInt.asUintN(64, value), start + index + 1];
  }
  throw new MalformedMessageError('varint is too long');
}

function byteAt(input: Buffer, offset: number): number {
  const byte = input[offset];
  if (byte === undefined) throw new MalformedMessageError('message is cut short');
  return byte;
}
