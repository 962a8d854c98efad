/**
 * Collects what a transaction reads and writes, and gives the bytes that Fabric's builder would (rwsetutil/rwset_builder.go).
 */
import { ledger } from '@hyperledger/fabric-protos';
import type { Version } from '../../blocks/rwset.js';
import { asBuffer } from '../../encoding/protobuf.js';
import { sha256 } from '../../identity/sign.js';
import type { CollectionWrites } from '../ports.js';
import { inKeyOrder, keyText, orderedKey, type OrderedKey } from '../state/orderedKey.js';
import { CollectionSet } from './collectionSet.js';
import { metadataEntries, readMessages, writeMessages, type Value } from './messages.js';

const { kvrwset } = ledger.rwset;

interface NamespaceSet {
  readonly reads: Map<OrderedKey, Version | undefined>;
  readonly writes: Map<OrderedKey, Value>;
  readonly metadataWrites: Map<OrderedKey, [name: string, value: Buffer]>;
  /** By start, end and whether the end was reached: the first of equal ones counts. */
  readonly rangeQueries: Map<string, ledger.rwset.kvrwset.RangeQueryInfo>;
  readonly collections: Map<OrderedKey, CollectionSet>;
}

export interface ReadWriteSets {
  /** Serialized `rwset.TxReadWriteSet`, which goes into the block. */
  public: Buffer;
  /** What the hashes in it stand for. */
  private: CollectionWrites[];
}

export class ReadWriteSetBuilder {
  readonly #namespaces = new Map<OrderedKey, NamespaceSet>();

  /** By name, in byte order. */
  get namespaces(): string[] {
    return inKeyOrder(this.#namespaces).map(([name]) => keyText(name));
  }

  addRead(namespace: string, key: OrderedKey, version: Version | undefined): void {
    this.#namespace(namespace).reads.set(key, version);
  }

  addWrite(namespace: string, key: OrderedKey, value: Value): void {
    this.#namespace(namespace).writes.set(key, value);
  }

  addMetadataWrite(namespace: string, key: OrderedKey, name: string, value: Buffer): void {
    this.#namespace(namespace).metadataWrites.set(key, [name, value]);
  }

  addRangeQuery(namespace: string, query: ledger.rwset.kvrwset.RangeQueryInfo): void {
    const { rangeQueries } = this.#namespace(namespace);
    const name = JSON.stringify([query.getStartKey(), query.getEndKey(), query.getItrExhausted()]);
    if (!rangeQueries.has(name)) rangeQueries.set(name, query);
  }

  collection(namespace: string, collection: string): CollectionSet {
    const { collections } = this.#namespace(namespace);
    const name = orderedKey(collection);
    let set = collections.get(name);
    if (!set) collections.set(name, (set = new CollectionSet()));
    return set;
  }

  build(): ReadWriteSets {
    const all = new ledger.rwset.TxReadWriteSet();
    const privateSets: CollectionWrites[] = [];
    for (const [name, set] of inKeyOrder(this.#namespaces)) {
      const namespace = new ledger.rwset.NsReadWriteSet();
      namespace.setNamespace(keyText(name));
      namespace.setRwset(publicPart(set));
      for (const [collection, collectionSet] of inKeyOrder(set.collections)) {
        const rwset = collectionSet.privatePart();
        const hashed = new ledger.rwset.CollectionHashedReadWriteSet();
        hashed.setCollectionName(keyText(collection));
        hashed.setHashedRwset(collectionSet.hashedPart());
        if (rwset) {
          hashed.setPvtRwsetHash(sha256(rwset));
          privateSets.push({ namespace: keyText(name), collection: keyText(collection), rwset });
        }
        namespace.addCollectionHashedRwset(hashed);
      }
      all.addNsRwset(namespace);
    }
    return { public: asBuffer(all.serializeBinary()), private: privateSets };
  }

  #namespace(name: string): NamespaceSet {
    const key = orderedKey(name);
    let set = this.#namespaces.get(key);
    if (!set) {
      set = {
        reads: new Map(),
        writes: new Map(),
        metadataWrites: new Map(),
        rangeQueries: new Map(),
        collections: new Map(),
      };
      this.#namespaces.set(key, set);
    }
    return set;
  }
}

function publicPart({ reads, rangeQueries, writes, metadataWrites }: NamespaceSet): Uint8Array {
  const set = new kvrwset.KVRWSet();
  set.setReadsList(readMessages(reads));
  set.setRangeQueriesInfoList([...rangeQueries.values()]);
  set.setWritesList(writeMessages(writes));
  set.setMetadataWritesList(
    inKeyOrder(metadataWrites).map(([key, [name, value]]) => {
      const write = new kvrwset.KVMetadataWrite();
      write.setKey(keyText(key));
      write.setEntriesList(metadataEntries(name, value));
      return write;
    }),
  );
  return set.serializeBinary();
}
