/**
 * Fabric orders keys by the bytes of their UTF-8, JavaScript compares strings by UTF-16 units. An ordered key has one
 * character for each byte, so that comparing it gives Fabric's order.
 */
export type OrderedKey = string & { readonly isOrderedKey: true };

export function orderedKey(key: string): OrderedKey {
  return bytesAsKey(Buffer.from(key, 'utf8'));
}

/** For keys that are hashes. */
export function bytesAsKey(bytes: Buffer): OrderedKey {
  return bytes.toString('latin1') as OrderedKey;
}

export function keyBytes(key: OrderedKey): Buffer {
  return Buffer.from(key, 'latin1');
}

export function keyText(key: OrderedKey): string {
  return keyBytes(key).toString('utf8');
}

/** The entries by byte order of their keys. */
export function inKeyOrder<Value>(map: ReadonlyMap<OrderedKey, Value>): [OrderedKey, Value][] {
  return [...map].sort(([a], [b]) => (a < b ? -1 : 1));
}
