/**
 * Results of queries, one by one.
 */
import { ledger } from '@hyperledger/fabric-protos';
import { keyText, type OrderedKey } from '../state/orderedKey.js';
import type { StateEntry } from '../state/updates.js';
import { RangeSummary } from './rangeSummary.js';

const { kvrwset } = ledger.rwset;

export interface KeyValue {
  readonly key: string;
  readonly value: Buffer;
}

export interface Scan<Result> {
  /** Undefined at the end. */
  next(): Result | undefined;
  /** The key after the last result, empty at the end; ends the scan. */
  bookmark(): string;
}

type Entries = Iterator<[OrderedKey, StateEntry], void>;

/** A scan that nothing is recorded of. */
export class UnrecordedScan<Result> implements Scan<Result> {
  readonly #results: Iterator<Result, void>;

  constructor(results: Iterator<Result, void>) {
    this.#results = results;
  }

  next(): Result | undefined {
    return this.#results.next().value ?? undefined;
  }

  bookmark(): string {
    return '';
  }
}

/** A public range query; it remembers what it has returned, for validation to see whether it would be the same. */
export class RangeScan implements Scan<KeyValue> {
  readonly #entries: Entries;
  readonly #startKey: string;
  readonly #endKey: string;
  readonly #limit: number;
  readonly #summary = new RangeSummary();
  #count = 0;
  #lastKey = '';
  #isExhausted = false;

  /** @param limit number of results; all unless positive */
  constructor(entries: Entries, startKey: string, endKey: string, limit: number) {
    this.#entries = entries;
    this.#startKey = startKey;
    this.#endKey = endKey;
    this.#limit = limit;
  }

  next(): KeyValue | undefined {
    const found = this.#limit > 0 && this.#count >= this.#limit ? undefined : this.#entries.next().value;
    if (!found) {
      this.#isExhausted = true;
      return undefined;
    }
    const [key, { value, version }] = found;
    this.#count += 1;
    this.#lastKey = keyText(key);
    this.#isExhausted = false;
    this.#summary.add(this.#lastKey, version);
    return { key: this.#lastKey, value };
  }

  bookmark(): string {
    const found = this.#entries.next().value;
    return found ? keyText(found[0]) : '';
  }

  queryInfo(): ledger.rwset.kvrwset.RangeQueryInfo {
    const info = new kvrwset.RangeQueryInfo();
    info.setStartKey(this.#startKey);
    info.setEndKey(this.#isExhausted ? this.#endKey : this.#lastKey);
    info.setItrExhausted(this.#isExhausted);
    const seen = this.#summary.finish();
    if ('summary' in seen) {
      const message = new kvrwset.QueryReadsMerkleSummary();
      message.setMaxDegree(seen.summary.maxDegree);
      message.setMaxLevel(seen.summary.maxLevel);
      message.setMaxLevelHashesList([...seen.summary.maxLevelHashes]);
      info.setReadsMerkleHashes(message);
    } else if (seen.reads.length > 0) {
      const message = new kvrwset.QueryReads();
      message.setKvReadsList(seen.reads);
      info.setRawReads(message);
    }
    return info;
  }
}
