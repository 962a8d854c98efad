/**
 * Writes protobuf fields around bytes that must stay as they were received (see the reader in protobuf.ts).
 */
const VARINT = 0;
const LENGTH_DELIMITED = 2;

/** A `string`, `bytes` or message field. */
export function field(number: number, ...content: readonly (Uint8Array | string)[]): Buffer {
  const parts = content.map((part) => (typeof part === 'string' ? Buffer.from(part) : part));
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  return Buffer.concat([varint(number * 8 + LENGTH_DELIMITED), varint(length), ...parts]);
}

/** An integer or enum field of a value that is not negative. */
export function integerField(number: number, value: number): Buffer {
  return Buffer.concat([varint(number * 8 + VARINT), varint(value)]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) + 0x80);
  return Buffer.from([...bytes, rest]);
}
