/**
 * A transaction as the chaincode sees it while it runs: it reads one snapshot, and what it writes is collected.
 *
 * Words of errors, what is recorded, and what excludes what are those of Fabric's (txmgr/tx_simulator.go, query_executor.go).
 */
import type { ledger } from '@hyperledger/fabric-protos';
import type { Version } from '../../blocks/rwset.js';
import { sha256 } from '../../identity/sign.js';
import type { Definitions } from '../definitions.js';
import { bytesAsKey, keyText, orderedKey, type OrderedKey } from '../state/orderedKey.js';
import type { Snapshot } from '../state/state.js';
import {
  hashedSpace,
  isSameVersion,
  NO_METADATA,
  privateSpace,
  publicSpace,
  type Metadata,
  type StateEntry,
} from '../state/updates.js';
import type { Value } from './messages.js';
import { ReadWriteSetBuilder, type ReadWriteSets } from './readWriteSet.js';
import { RangeScan, UnrecordedScan, type KeyValue, type Scan } from './scans.js';

export type KeyModification = ledger.queryresult.KeyModification;

/** Changes of a public key up to a height, newest first. */
export type HistoryReader = (namespace: string, key: string, height: number) => Iterator<KeyModification, void>;

/** A key that was written, and the metadata it had before. Public keys have no collection. */
export interface WrittenKey {
  readonly namespace: string;
  readonly collection: string;
  readonly metadata: Metadata;
}

export interface SimulationResults extends ReadWriteSets {
  /** All that were read or written. */
  readonly namespaces: readonly string[];
  readonly writtenKeys: readonly WrittenKey[];
  /** Collections whose values (not only hashes) were read by key. */
  readonly privateReads: readonly { namespace: string; collection: string }[];
}

export interface SimulatorOptions {
  readonly txId: string;
  readonly snapshot: Snapshot;
  readonly definitions: Definitions;
  readonly history: HistoryReader;
}

export class Simulator {
  readonly definitions: Definitions;
  readonly #txId: string;
  readonly #snapshot: Snapshot;
  readonly #history: HistoryReader;
  readonly #sets = new ReadWriteSetBuilder();
  readonly #rangeScans: [namespace: string, scan: RangeScan][] = [];
  readonly #writtenKeys = new Map<string, WrittenKey>();
  readonly #privateReads = new Map<string, { namespace: string; collection: string }>();
  #hasWritten = false;
  #hasQueriedPages = false;
  #hasQueriedPrivateData = false;
  #isDone = false;

  constructor({ txId, snapshot, definitions, history }: SimulatorOptions) {
    this.#txId = txId;
    this.#snapshot = snapshot;
    this.definitions = definitions;
    this.#history = history;
  }

  /** Number of blocks whose state is read. */
  get height(): number {
    return this.#snapshot.height;
  }

  getState(namespace: string, key: string): Buffer | undefined {
    return this.#read(namespace, orderedKey(key))?.value;
  }

  getStateMetadata(namespace: string, key: string): Metadata {
    return this.#read(namespace, orderedKey(key))?.metadata ?? NO_METADATA;
  }

  putState(namespace: string, key: string, value: Value): void {
    this.#requireWritable();
    const name = orderedKey(key);
    this.#sets.addWrite(namespace, name, value);
    this.#rememberWritten(namespace, '', name);
  }

  deleteState(namespace: string, key: string): void {
    this.putState(namespace, key, undefined);
  }

  putStateMetadata(namespace: string, key: string, metadataName: string, value: Buffer): void {
    this.#requireWritable();
    const name = orderedKey(key);
    this.#sets.addMetadataWrite(namespace, name, metadataName, value);
    this.#rememberWritten(namespace, '', name);
  }

  /** @throws Error when this peer does not have the value that the ledger has the hash of */
  getPrivateData(namespace: string, collection: string, key: string): Buffer | undefined {
    this.#requireCollection(namespace, collection);
    const name = orderedKey(key);
    const held = this.#snapshot.get(privateSpace(namespace, collection), name);
    const onLedger = this.#snapshot.get(hashedSpace(namespace, collection), hashOf(name));
    if (!isSameVersion(held?.version, onLedger?.version))
      throw new Error(
        `private data matching public hash version is not available. Public hash version = ${versionText(onLedger?.version)}, Private data version = ${versionText(held?.version)}`,
      );
    this.#sets.collection(namespace, collection).addRead(name, onLedger?.version);
    this.#privateReads.set(`${namespace}\0${collection}`, { namespace, collection });
    return held?.value;
  }

  getPrivateDataHash(namespace: string, collection: string, key: string): Buffer | undefined {
    return this.#readHashed(namespace, collection, key)?.value;
  }

  getPrivateDataMetadata(namespace: string, collection: string, key: string): Metadata {
    return this.#readHashed(namespace, collection, key)?.metadata ?? NO_METADATA;
  }

  putPrivateData(namespace: string, collection: string, key: string, value: Value): void {
    const name = this.#writablePrivateKey(namespace, collection, key);
    this.#sets.collection(namespace, collection).addWrite(name, value);
  }

  deletePrivateData(namespace: string, collection: string, key: string): void {
    this.putPrivateData(namespace, collection, key, undefined);
  }

  purgePrivateData(namespace: string, collection: string, key: string): void {
    const name = this.#writablePrivateKey(namespace, collection, key);
    this.#sets.collection(namespace, collection).addPurge(name);
  }

  putPrivateDataMetadata(
    namespace: string,
    collection: string,
    key: string,
    metadataName: string,
    value: Buffer,
  ): void {
    const name = this.#writablePrivateKey(namespace, collection, key);
    this.#sets.collection(namespace, collection).addMetadataWrite(name, metadataName, value);
  }

  range(namespace: string, startKey: string, endKey: string): Scan<KeyValue> {
    this.#requireActive();
    return this.#startRange(namespace, startKey, endKey, 0);
  }

  /** @param pageSize no limit unless positive */
  page(namespace: string, startKey: string, endKey: string, pageSize: number): Scan<KeyValue> {
    if (this.#hasWritten) throw this.#unsupported('Paginated queries are supported only in a read-only transaction');
    this.#hasQueriedPages = true;
    this.#requireActive();
    return this.#startRange(namespace, startKey, endKey, pageSize);
  }

  /** Not recorded, and so not validated again: the transaction must write nothing. */
  privateRange(namespace: string, collection: string, startKey: string, endKey: string): Scan<KeyValue> {
    this.requireBeforeWrites();
    this.#requireCollection(namespace, collection);
    const space = privateSpace(namespace, collection);
    return new UnrecordedScan(keyValues(this.#snapshot.range(space, orderedKey(startKey), orderedKey(endKey))));
  }

  /** Private queries come before all writes, and then there are none. */
  requireBeforeWrites(): void {
    if (this.#hasWritten) throw this.#unsupported('Queries on pvt data is supported only in a read-only transaction');
    this.#hasQueriedPrivateData = true;
  }

  /** Not recorded, and so not validated again. */
  history(namespace: string, key: string): Scan<KeyModification> {
    return new UnrecordedScan(this.#history(namespace, key, this.height));
  }

  /** Ends the simulation. */
  finish(): SimulationResults {
    this.#requireActive();
    for (const [namespace, scan] of this.#rangeScans) this.#sets.addRangeQuery(namespace, scan.queryInfo());
    this.release();
    return {
      ...this.#sets.build(),
      namespaces: this.#sets.namespaces,
      writtenKeys: [...this.#writtenKeys.values()],
      privateReads: [...this.#privateReads.values()],
    };
  }

  /** Gives the snapshot back; nothing may follow. */
  release(): void {
    this.#isDone = true;
    this.#snapshot.release();
  }

  #read(namespace: string, key: OrderedKey): StateEntry | undefined {
    this.#requireActive();
    const entry = this.#snapshot.get(publicSpace(namespace), key);
    this.#sets.addRead(namespace, key, entry?.version);
    return entry;
  }

  #readHashed(namespace: string, collection: string, key: string): StateEntry | undefined {
    this.#requireCollection(namespace, collection);
    const name = orderedKey(key);
    const entry = this.#snapshot.get(hashedSpace(namespace, collection), hashOf(name));
    this.#sets.collection(namespace, collection).addRead(name, entry?.version);
    return entry;
  }

  #startRange(namespace: string, startKey: string, endKey: string, limit: number): RangeScan {
    const entries = this.#snapshot.range(publicSpace(namespace), orderedKey(startKey), orderedKey(endKey));
    const scan = new RangeScan(entries, startKey, endKey, limit);
    this.#rangeScans.push([namespace, scan]);
    return scan;
  }

  #writablePrivateKey(namespace: string, collection: string, key: string): OrderedKey {
    this.#requireCollection(namespace, collection);
    this.#requireWritable();
    const name = orderedKey(key);
    this.#rememberWritten(namespace, collection, name);
    return name;
  }

  #rememberWritten(namespace: string, collection: string, key: OrderedKey): void {
    const entry =
      collection === ''
        ? this.#snapshot.get(publicSpace(namespace), key)
        : this.#snapshot.get(hashedSpace(namespace, collection), hashOf(key));
    const metadata = entry?.metadata ?? NO_METADATA;
    this.#writtenKeys.set(`${namespace}\0${collection}\0${key}`, { namespace, collection, metadata });
  }

  #requireActive(): void {
    if (this.#isDone) throw new Error('this instance should not be used after calling Done()');
  }

  #requireWritable(): void {
    this.#requireActive();
    if (this.#hasQueriedPrivateData)
      throw this.#unsupported('Transaction has already performed queries on pvt data. Writes are not allowed');
    if (this.#hasQueriedPages)
      throw this.#unsupported('Transaction has already performed a paginated query. Writes are not allowed');
    this.#hasWritten = true;
  }

  #requireCollection(namespace: string, collection: string): void {
    if (!this.definitions.collection(namespace, collection))
      throw new Error(`collection [${collection}] not defined in the collection config for chaincode [${namespace}]`);
    this.#requireActive();
  }

  #unsupported(reason: string): Error {
    return new Error(`txid [${this.#txId}]: unsuppored transaction. ${reason}`);
  }
}

function hashOf(key: OrderedKey): OrderedKey {
  return bytesAsKey(sha256(Buffer.from(key, 'latin1')));
}

function* keyValues(entries: Iterator<[OrderedKey, StateEntry], void>): Generator<KeyValue, void> {
  for (let next = entries.next(); !next.done; next = entries.next())
    yield { key: keyText(next.value[0]), value: next.value[1].value };
}

function versionText(version: Version | undefined): string {
  return version ? `{BlockNum: ${version.blockNumber}, TxNum: ${version.txIndex}}` : '<nil>';
}
