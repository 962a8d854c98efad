/**
 * What a valid transaction does to the keys it names (kvledger/txmgmt/validation/tx_ops.go).
 */
import type { MetadataEntry, Version } from '../../blocks/rwset.js';
import type { EndorserTransaction } from '../../blocks/transaction.js';
import { bytesAsKey, orderedKey, type OrderedKey } from '../state/orderedKey.js';
import type { State } from '../state/state.js';
import {
  hashedSpace,
  NO_METADATA,
  publicSpace,
  VALIDATION_PARAMETER,
  type Metadata,
  type Space,
  type Updates,
} from '../state/updates.js';
import { HaltingTransactionError } from './halting.js';
import { isPolicyMessage } from './keyPolicies.js';

/** As Fabric adds them up, without looking whether one is there already: a key that is named twice gets an odd sum. */
const VALUE = 1;
const METADATA = 2;
const NO_MORE_METADATA = 4;
const DELETE = 8;
const FLAGS = 0xff;

interface Operation {
  readonly space: Space;
  readonly key: OrderedKey;
  flags: number;
  value: Buffer | undefined;
  metadata: Metadata;
}

/**
 * Adds the changes of the transaction to the block's.
 *
 * A delete takes the metadata along, whatever else the transaction says of the key. A value that is written keeps the
 * metadata that the key has; metadata that are written keep its value, and have no effect on a key that is absent.
 * @throws HaltingTransactionError, and then nothing is added
 */
export function applyOperations(
  transaction: EndorserTransaction,
  version: Version,
  state: State,
  updates: Updates,
): void {
  const operations = [...collectOperations(transaction).values()].filter((operation) =>
    isEffective(operation, state, updates),
  );
  for (const { space, key, flags, value, metadata } of operations)
    if ((flags & DELETE) !== 0) updates.delete(space, key, version);
    else if (value) updates.put(space, key, { value, version, metadata });
}

/** Completes the operation with what the key has now; false when there is nothing to do. */
function isEffective(operation: Operation, state: State, updates: Updates): boolean {
  const { space, key, flags } = operation;
  if ((flags & DELETE) !== 0) return true;
  const current = updates.get(space, key) ?? state.get(space, key);
  if ((flags & ~VALUE) === 0) {
    operation.metadata = current?.value ? current.metadata : NO_METADATA;
  } else if ((flags & VALUE) === 0 || (flags & (METADATA | NO_MORE_METADATA)) === 0) {
    if (!current) return false;
    operation.value = current.value;
  }
  if (!operation.value) throw new HaltingTransactionError('metadata of a key that was deleted earlier in the block');
  const policy = operation.metadata.get(VALIDATION_PARAMETER);
  if (policy && !isPolicyMessage(policy)) throw new HaltingTransactionError('key policy is no policy message');
  return true;
}

function collectOperations({ readWriteSets }: EndorserTransaction): ReadonlyMap<string, Operation> {
  const operations = new Map<string, Operation>();
  const add = (space: Space, key: OrderedKey, flag: number): Operation => {
    const name = `${space}\0${key}`;
    const operation = operations.get(name) ?? { space, key, flags: 0, value: undefined, metadata: NO_METADATA };
    operation.flags = (operation.flags + flag) & FLAGS;
    operations.set(name, operation);
    return operation;
  };
  const write = (space: Space, key: OrderedKey, isDelete: boolean, value: Buffer): void => {
    const operation = add(space, key, isDelete ? DELETE : VALUE);
    if (!isDelete) operation.value = value;
  };
  const writeMetadata = (space: Space, key: OrderedKey, entries: readonly MetadataEntry[]): void => {
    const operation = add(space, key, entries.length === 0 ? NO_MORE_METADATA : METADATA);
    if (entries.length > 0) operation.metadata = new Map(entries.map(({ name, value }) => [name, value]));
  };
  for (const { namespace, writes, metadataWrites, collections } of readWriteSets) {
    const space = publicSpace(namespace);
    for (const { key, isDelete, value } of writes) write(space, orderedKey(key), isDelete, value);
    for (const { key, entries } of metadataWrites) writeMetadata(space, orderedKey(key), entries);
    for (const { collection, writes: hashedWrites, metadataWrites: hashedMetadata } of collections) {
      const hashed = hashedSpace(namespace, collection);
      for (const { keyHash, isDelete, valueHash } of hashedWrites)
        write(hashed, bytesAsKey(keyHash), isDelete, valueHash);
      for (const { keyHash, entries } of hashedMetadata) writeMetadata(hashed, bytesAsKey(keyHash), entries);
    }
  }
  return operations;
}
