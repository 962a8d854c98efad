/**
 * Values of the collections that a peer is a member of: found for a block, brought into state, and purged
 * (gossip/privdata, kvledger/txmgmt/validation/batch_preparer.go).
 */
import { ledger, peer } from '@hyperledger/fabric-protos';
import { parseKeyValueSet, type KeyValueSet, type Version } from '../blocks/rwset.js';
import { asBuffer } from '../encoding/protobuf.js';
import { sha256 } from '../identity/sign.js';
import type { CollectionWrites, TransactionPrivateData } from './ports.js';
import { bytesAsKey, keyBytes, orderedKey, type OrderedKey } from './state/orderedKey.js';
import type { State } from './state/state.js';
import { hashedSpace, NO_METADATA, privateSpace, isSameVersion, type Space, type Updates } from './state/updates.js';
import type { InspectedEnvelope } from './validation/inspection.js';
import type { ValidatedBlock } from './validation/block.js';

/** A value of a collection that the ledger has the hash of, and this peer not the value. */
export interface MissingPrivateValue {
  readonly namespace: string;
  readonly collection: string;
  readonly keyHash: Buffer;
  readonly version: Version;
}

/** A private key whose values up to a transaction are to be forgotten. */
export interface Purge {
  readonly namespace: string;
  readonly collection: string;
  readonly keyHash: Buffer;
  readonly version: Version;
}

export interface PrivateDataSource {
  readonly isMember: (namespace: string, collection: string) => boolean;
  readonly transient: (txId: string) => readonly CollectionWrites[];
}

const { TxValidationCode } = peer;
/** Bounds of a range that has all keys. */
const [FIRST, LAST] = [orderedKey(''), orderedKey('')];
const { kvrwset } = ledger.rwset;

/**
 * The values that were endorsed for the block's transactions, where they match the hash on the ledger; those of invalid
 * transactions are kept as well, when they are there.
 */
export function findPrivateData({ envelopes }: ValidatedBlock, source: PrivateDataSource): TransactionPrivateData[] {
  return envelopes.flatMap(({ txId, transaction }, txIndex): TransactionPrivateData[] => {
    const wanted = privateHashes(transaction).filter(({ namespace, collection }) =>
      source.isMember(namespace, collection),
    );
    if (wanted.length === 0) return [];
    const endorsed = source.transient(txId);
    const collections = wanted.flatMap(({ namespace, collection, hash }) => {
      const found = endorsed.find(
        (one) => one.namespace === namespace && one.collection === collection && sha256(one.rwset).equals(hash),
      );
      return found ? [found] : [];
    });
    return collections.length > 0 ? [{ txIndex, collections }] : [];
  });
}

/** What reading would fail for, until someone writes it again. */
export function missingPrivateValues(state: State, namespace: string, collection: string): MissingPrivateValue[] {
  const held = new Map(
    [...state.range(privateSpace(namespace, collection), FIRST, LAST)].map(([key, entry]) => [hashOfKey(key), entry]),
  );
  return [...state.range(hashedSpace(namespace, collection), FIRST, LAST)]
    .filter(([keyHash, { version }]) => !isSameVersion(held.get(keyHash)?.version, version))
    .map(([keyHash, { version }]) => ({ namespace, collection, keyHash: keyBytes(keyHash), version }));
}

/**
 * Adds the values of valid transactions to the block's updates. A value whose key got only new metadata moves to the
 * version of its hash, if it is the value that the hash is of.
 */
export function addPrivateUpdates(
  { block, envelopes, updates }: ValidatedBlock,
  privateData: readonly TransactionPrivateData[],
  state: State,
): void {
  const metadataKeys: { space: Space; hashes: Space; key: OrderedKey }[] = [];
  for (const { txIndex, collections } of privateData) {
    if (envelopes[txIndex]?.code !== TxValidationCode.VALID) continue;
    const version = { blockNumber: block.number, txIndex };
    for (const { namespace, collection, rwset } of collections) {
      const space = privateSpace(namespace, collection);
      const { writes, metadataWrites } = parseKeyValueSet(rwset);
      for (const { key, isDelete, value } of writes)
        if (isDelete) updates.delete(space, orderedKey(key), version);
        else updates.put(space, orderedKey(key), { value, version, metadata: NO_METADATA });
      for (const { key } of metadataWrites)
        metadataKeys.push({ space, hashes: hashedSpace(namespace, collection), key: orderedKey(key) });
    }
  }
  for (const { space, hashes, key } of metadataKeys) {
    const hashed = updates.get(hashes, hashOfKey(key));
    const held = updates.get(space, key) ?? state.get(space, key);
    if (!hashed?.value || !held?.value || isSameVersion(hashed.version, held.version)) continue;
    if (sha256(held.value).equals(hashed.value)) updates.put(space, key, { ...held, version: hashed.version });
  }
}

/** What the block's valid transactions purge. */
export function purgesOf({ block, envelopes }: ValidatedBlock): Purge[] {
  return envelopes.flatMap(({ code, transaction }, txIndex) => {
    if (code !== TxValidationCode.VALID || !transaction) return [];
    const version = { blockNumber: block.number, txIndex };
    return transaction.readWriteSets.flatMap(({ namespace, collections }) =>
      collections.flatMap(({ collection, writes }) =>
        writes.filter(({ isPurge }) => isPurge).map(({ keyHash }) => ({ namespace, collection, keyHash, version })),
      ),
    );
  });
}

/** Deletes purged values also where the transaction's own private part is missing, so that its delete is not seen. */
export function addPurgeUpdates(purges: readonly Purge[], state: State, updates: Updates): void {
  for (const { namespace, collection, keyHash, version } of purges) {
    const space = privateSpace(namespace, collection);
    const keys = [...[...state.range(space, FIRST, LAST)].map(([key]) => key), ...updates.of(space).keys()];
    const purgedKey = bytesAsKey(keyHash);
    for (const key of keys) {
      const update = updates.get(space, key);
      if (hashOfKey(key) === purgedKey && (!update || isBefore(update.version, version)))
        updates.delete(space, key, version);
    }
  }
}

/**
 * The private data of a block without what the purges take away.
 * @returns undefined when they take nothing away
 */
export function withoutPurged(
  blockNumber: number,
  privateData: readonly TransactionPrivateData[],
  purges: readonly Purge[],
): TransactionPrivateData[] | undefined {
  let isChanged = false;
  const remaining = privateData.flatMap(({ txIndex, collections }): TransactionPrivateData[] => {
    const kept = collections.flatMap((writes): CollectionWrites[] => {
      const hashes = new Set(
        purges
          .filter(({ namespace, collection }) => namespace === writes.namespace && collection === writes.collection)
          .filter(({ version }) => !isBefore(version, { blockNumber, txIndex }))
          .map(({ keyHash }) => bytesAsKey(keyHash)),
      );
      const rest = hashes.size > 0 ? withoutKeys(writes, hashes) : writes;
      isChanged ||= rest !== writes;
      return rest ? [rest] : [];
    });
    return kept.length > 0 ? [{ txIndex, collections: kept }] : [];
  });
  return isChanged ? remaining : undefined;
}

/** Undefined when nothing is left. */
function withoutKeys(writes: CollectionWrites, hashes: ReadonlySet<OrderedKey>): CollectionWrites | undefined {
  const set = parseKeyValueSet(writes.rwset);
  const isKept = ({ key }: { key: string }): boolean => !hashes.has(hashOfKey(orderedKey(key)));
  const rest: Pick<KeyValueSet, 'writes' | 'metadataWrites'> = {
    writes: set.writes.filter(isKept),
    metadataWrites: set.metadataWrites.filter(isKept),
  };
  if (rest.writes.length === set.writes.length && rest.metadataWrites.length === set.metadataWrites.length)
    return writes;
  if (rest.writes.length === 0 && rest.metadataWrites.length === 0) return undefined;
  return { ...writes, rwset: serialize(rest) };
}

function serialize({ writes, metadataWrites }: Pick<KeyValueSet, 'writes' | 'metadataWrites'>): Buffer {
  const message = new kvrwset.KVRWSet();
  message.setWritesList(
    writes.map(({ key, isDelete, value }) => {
      const write = new kvrwset.KVWrite();
      write.setKey(key);
      write.setIsDelete(isDelete);
      write.setValue(value);
      return write;
    }),
  );
  message.setMetadataWritesList(
    metadataWrites.map(({ key }) => {
      const write = new kvrwset.KVMetadataWrite();
      write.setKey(key);
      return write;
    }),
  );
  return asBuffer(message.serializeBinary());
}

function privateHashes(
  transaction: InspectedEnvelope['transaction'],
): { namespace: string; collection: string; hash: Buffer }[] {
  return (transaction?.readWriteSets ?? []).flatMap(({ namespace, collections }) =>
    collections
      .filter(({ pvtRwsetHash }) => pvtRwsetHash.length > 0)
      .map(({ collection, pvtRwsetHash }) => ({ namespace, collection, hash: pvtRwsetHash })),
  );
}

function hashOfKey(key: OrderedKey): OrderedKey {
  return bytesAsKey(sha256(keyBytes(key)));
}

function isBefore(a: Version, b: Version): boolean {
  return a.blockNumber < b.blockNumber || (a.blockNumber === b.blockNumber && a.txIndex < b.txIndex);
}
