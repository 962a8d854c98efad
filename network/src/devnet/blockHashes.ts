/**
 * What tells that two peers have come to the same state.
 */
import type { Version } from '../blocks/rwset.js';
import jspb from 'google-protobuf';
import { sha256 } from '../identity/sign.js';
import { inKeyOrder, keyBytes, orderedKey, type OrderedKey } from './state/orderedKey.js';
import type { Space, Update, Updates } from './state/updates.js';

interface SpaceUpdates {
  readonly namespace: string;
  /** Empty for public state. */
  readonly collection: string;
  readonly updates: readonly [OrderedKey, Update][];
}

/**
 * The hash that a peer of Fabric puts into a block's metadata: chained over validation codes and changes of public and
 * hashed state, without metadata (kvledger/kv_ledger.go, txmgr/update_batch_bytes.go).
 * @param flags validation codes
 */
export function commitHash(flags: Uint8Array, updates: Updates, previous: Uint8Array): Buffer {
  const writer = new jspb.BinaryWriter();
  let namespaceBefore: string | undefined;
  for (const { namespace, collection, updates: changes } of inHashingOrder(updates)) {
    for (const [index, [key, { value, version }]] of changes.entries()) {
      const write = new jspb.BinaryWriter();
      if (index === 0 && namespace !== namespaceBefore) write.writeString(1, namespace);
      if (index === 0 && collection !== '') write.writeString(2, collection);
      if (key !== '') write.writeBytes(3, keyBytes(key));
      if (value) write.writeBytes(5, value);
      else write.writeBool(4, true);
      write.writeBytes(6, versionBytes(version));
      writer.writeBytes(1, write.getResultBuffer());
    }
    namespaceBefore = namespace;
  }
  return sha256(varint(flags.length), flags, writer.getResultBuffer(), previous);
}

/** Chained over the commit hash and all metadata: equal on two peers only when their public and hashed state is. */
export function stateHash(committed: Uint8Array, updates: Updates, previous: Uint8Array): Buffer {
  const parts: Buffer[] = [];
  for (const { namespace, collection, updates: changes } of inHashingOrder(updates))
    for (const [key, change] of changes)
      if (change.value)
        for (const [name, value] of [...change.metadata].sort(([a], [b]) => (a < b ? -1 : 1)))
          parts.push(
            ...[Buffer.from(namespace), Buffer.from(collection), keyBytes(key), Buffer.from(name), value].flatMap(
              (bytes) => [varint(bytes.length), bytes],
            ),
          );
  return sha256(previous, committed, ...parts);
}

/** Public state before collections in each namespace, all in byte order of their names; nothing that is empty. */
function inHashingOrder(updates: Updates): SpaceUpdates[] {
  const spaces = new Map<OrderedKey, SpaceUpdates>();
  for (const [space, changes] of updates.spaces()) {
    const [kind, namespace = '', collection = ''] = partsOf(space);
    if (kind !== 'private' && changes.size > 0)
      spaces.set(orderedKey(`${namespace}\0${collection}`), { namespace, collection, updates: inKeyOrder(changes) });
  }
  return inKeyOrder(spaces).map(([, one]) => one);
}

function partsOf(space: Space): string[] {
  return space.split('\0');
}

/** Each number with its length in front, so that bytes order as numbers do. */
function versionBytes({ blockNumber, txIndex }: Version): Buffer {
  return Buffer.concat([orderPreserving(blockNumber), orderPreserving(txIndex)]);
}

function orderPreserving(value: number): Buffer {
  if (value === 0) return Buffer.of(0);
  const hex = value.toString(16);
  const bytes = Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex');
  return Buffer.concat([Buffer.of(bytes.length), bytes]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest = Math.floor(rest / 0x80)) bytes.push((rest & 0x7f) | 0x80);
  bytes.push(rest);
  return Buffer.from(bytes);
}
