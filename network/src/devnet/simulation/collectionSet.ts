import { ledger } from '@hyperledger/fabric-protos';
import type { Version } from '../../blocks/rwset.js';
import { asBuffer } from '../../encoding/protobuf.js';
import { sha256 } from '../../identity/sign.js';
import { inKeyOrder, keyBytes, keyText, type OrderedKey } from '../state/orderedKey.js';
import { versionMessage } from './rangeSummary.js';
import { isDelete, metadataEntries, writeMessages, type Value } from './messages.js';

const { kvrwset } = ledger.rwset;

/** What a transaction reads and writes in one collection. */
export class CollectionSet {
  readonly #reads = new Map<OrderedKey, Version | undefined>();
  readonly #writes = new Map<OrderedKey, Value>();
  readonly #purged = new Set<OrderedKey>();
  readonly #metadataWrites = new Map<OrderedKey, [name: string, value: Buffer]>();

  addRead(key: OrderedKey, version: Version | undefined): void {
    this.#reads.set(key, version);
  }

  addWrite(key: OrderedKey, value: Value): void {
    this.#writes.set(key, value);
    this.#purged.delete(key);
  }

  addPurge(key: OrderedKey): void {
    this.#writes.set(key, undefined);
    this.#purged.add(key);
  }

  addMetadataWrite(key: OrderedKey, name: string, value: Buffer): void {
    this.#metadataWrites.set(key, [name, value]);
  }

  /** Serialized `kvrwset.HashedRWSet`, in the order of the keys (not of their hashes). */
  hashedPart(): Uint8Array {
    const set = new kvrwset.HashedRWSet();
    set.setHashedReadsList(inKeyOrder(this.#reads).map(([key, version]) => hashedRead(key, version)));
    set.setHashedWritesList(
      inKeyOrder(this.#writes).map(([key, value]) => hashedWrite(key, value, this.#purged.has(key))),
    );
    set.setMetadataWritesList(
      inKeyOrder(this.#metadataWrites).map(([key, [name, value]]) => {
        const write = new kvrwset.KVMetadataWriteHash();
        write.setKeyHash(sha256(keyBytes(key)));
        write.setEntriesList(metadataEntries(name, value));
        return write;
      }),
    );
    return set.serializeBinary();
  }

  /**
   * Serialized `kvrwset.KVRWSet` with the values; undefined when nothing is written. Of metadata it has the keys only:
   * they tell members which private versions move with the hashed ones.
   */
  privatePart(): Buffer | undefined {
    if (this.#writes.size === 0 && this.#metadataWrites.size === 0) return undefined;
    const set = new kvrwset.KVRWSet();
    set.setWritesList(writeMessages(this.#writes));
    set.setMetadataWritesList(
      inKeyOrder(this.#metadataWrites).map(([key]) => {
        const write = new kvrwset.KVMetadataWrite();
        write.setKey(keyText(key));
        return write;
      }),
    );
    return asBuffer(set.serializeBinary());
  }
}

function hashedRead(key: OrderedKey, version: Version | undefined): ledger.rwset.kvrwset.KVReadHash {
  const read = new kvrwset.KVReadHash();
  read.setKeyHash(sha256(keyBytes(key)));
  if (version) read.setVersion(versionMessage(version));
  return read;
}

function hashedWrite(key: OrderedKey, value: Value, isPurge: boolean): ledger.rwset.kvrwset.KVWriteHash {
  const write = new kvrwset.KVWriteHash();
  write.setKeyHash(sha256(keyBytes(key)));
  if (isDelete(value)) write.setIsDelete(true);
  else write.setValueHash(sha256(value));
  if (isPurge) write.setIsPurge(true);
  return write;
}
