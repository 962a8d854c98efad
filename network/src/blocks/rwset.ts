/**
 * What a transaction read and wrote (ledger/rwset), as it stands in a block: private keys and values as hashes only.
 */
import { Message } from '../encoding/protobuf.js';
import { sha256 } from '../identity/sign.js';

/** Block and transaction that wrote a value. */
export interface Version {
  readonly blockNumber: number;
  readonly txIndex: number;
}

export interface Read {
  readonly key: string;
  /** Absent when the key was. */
  readonly version: Version | undefined;
}

export interface Write {
  readonly key: string;
  /** As Fabric sees it: flagged as a delete, or without a value. */
  readonly isDelete: boolean;
  readonly value: Buffer;
}

/** Metadata by name; no entries means that the metadata is deleted. */
export interface MetadataEntry {
  readonly name: string;
  readonly value: Buffer;
}

export interface MetadataWrite {
  readonly key: string;
  readonly entries: readonly MetadataEntry[];
}

export interface MerkleSummary {
  readonly maxDegree: number;
  readonly maxLevel: number;
  readonly maxLevelHashes: readonly Buffer[];
}

export interface RangeQuery {
  readonly startKey: string;
  readonly endKey: string;
  readonly exhausted: boolean;
  /** Either each read, or a summary of them. */
  readonly reads: readonly Read[] | undefined;
  readonly summary: MerkleSummary | undefined;
}

export interface KeyValueSet {
  readonly reads: readonly Read[];
  readonly rangeQueries: readonly RangeQuery[];
  readonly writes: readonly Write[];
  readonly metadataWrites: readonly MetadataWrite[];
}

export interface HashedRead {
  readonly keyHash: Buffer;
  readonly version: Version | undefined;
}

export interface HashedWrite {
  readonly keyHash: Buffer;
  /** As Fabric sees it: flagged as a delete, or with the hash of no value. */
  readonly isDelete: boolean;
  readonly isPurge: boolean;
  readonly valueHash: Buffer;
}

export interface HashedMetadataWrite {
  readonly keyHash: Buffer;
  readonly entries: readonly MetadataEntry[];
}

export interface HashedCollection {
  readonly collection: string;
  readonly reads: readonly HashedRead[];
  readonly writes: readonly HashedWrite[];
  readonly metadataWrites: readonly HashedMetadataWrite[];
  /** SHA-256 of the private `kvrwset.KVRWSet`; empty when nothing private was written. */
  readonly pvtRwsetHash: Buffer;
}

export interface NamespaceReadWriteSet extends KeyValueSet {
  readonly namespace: string;
  readonly collections: readonly HashedCollection[];
}

const HASH_OF_NOTHING = sha256();

/** Reads a `rwset.TxReadWriteSet`. @throws MalformedMessageError */
export function parseReadWriteSets(bytes: Uint8Array): NamespaceReadWriteSet[] {
  return new Message(bytes).messages(2).map((set) => ({
    namespace: set.text(1),
    ...parseKeyValueSet(set.bytes(2)),
    collections: set.messages(3).map(hashedCollection),
  }));
}

/** Reads a `kvrwset.KVRWSet`: a namespace's public part, or the private values of one collection. @throws MalformedMessageError */
export function parseKeyValueSet(bytes: Uint8Array): KeyValueSet {
  const set = new Message(bytes);
  return {
    reads: set.messages(1).map(read),
    rangeQueries: set.messages(2).map(rangeQuery),
    writes: set.messages(3).map(write),
    metadataWrites: set.messages(4).map((metadata) => ({ key: metadata.text(1), entries: entries(metadata) })),
  };
}

function hashedCollection(collection: Message): HashedCollection {
  const hashed = new Message(collection.bytes(2));
  return {
    collection: collection.text(1),
    reads: hashed.messages(1).map((one) => ({ keyHash: one.bytes(1), version: version(one) })),
    writes: hashed.messages(2).map(hashedWrite),
    metadataWrites: hashed.messages(3).map((one) => ({ keyHash: one.bytes(1), entries: entries(one) })),
    pvtRwsetHash: collection.bytes(3),
  };
}

function hashedWrite(one: Message): HashedWrite {
  const valueHash = one.bytes(3);
  const isDelete = one.flag(2) || valueHash.length === 0 || valueHash.equals(HASH_OF_NOTHING);
  return { keyHash: one.bytes(1), isDelete, isPurge: one.flag(4), valueHash };
}

function read(one: Message): Read {
  return { key: one.text(1), version: version(one) };
}

function write(one: Message): Write {
  const value = one.bytes(3);
  return { key: one.text(1), isDelete: one.flag(2) || value.length === 0, value };
}

function version(readOrHash: Message): Version | undefined {
  const message = readOrHash.optionalMessage(2);
  return message && { blockNumber: message.integer(1), txIndex: message.integer(2) };
}

function rangeQuery(query: Message): RangeQuery {
  const summary = query.optionalMessage(5);
  return {
    startKey: query.text(1),
    endKey: query.text(2),
    exhausted: query.flag(3),
    reads: query.optionalMessage(4)?.messages(1).map(read),
    summary: summary && {
      maxDegree: summary.integer(1),
      maxLevel: summary.integer(2),
      maxLevelHashes: summary.allBytes(3),
    },
  };
}

function entries(metadataWrite: Message): MetadataEntry[] {
  return metadataWrite.messages(2).map((entry) => ({ name: entry.text(1), value: entry.bytes(2) }));
}
