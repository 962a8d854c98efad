/**
 * What a range query saw, in the form in which Fabric puts it into a read set (rwsetutil/query_results_helper.go): the
 * reads themselves while they are few, else a Merkle summary of them.
 */
import { ledger } from '@hyperledger/fabric-protos';
import type { MerkleSummary, Version } from '../../blocks/rwset.js';
import { sha256 } from '../../identity/sign.js';

const { kvrwset } = ledger.rwset;

export const RANGE_MERKLE_DEGREE = 50;
const LOWEST_DEGREE = 2;

export class RangeSummary {
  readonly #maxDegree: number;
  #reads: ledger.rwset.kvrwset.KVRead[] = [];
  /** Hashes by level; level 1, made of the reads, is at index 0. */
  readonly #levels: Buffer[][] = [[]];

  /** @throws RangeError when a tree of this degree cannot be built */
  constructor(maxDegree = RANGE_MERKLE_DEGREE) {
    if (maxDegree < LOWEST_DEGREE)
      throw new RangeError(`maxDegree [${maxDegree}] should not be less than 2 in the merkle tree`);
    this.#maxDegree = maxDegree;
  }

  add(key: string, version: Version): void {
    this.#reads.push(readMessage(key, version));
    if (this.#reads.length > this.#maxDegree) this.#hashReads();
  }

  /** Ends it: either `reads` or a summary. */
  finish(): { reads: ledger.rwset.kvrwset.KVRead[] } | { summary: MerkleSummary } {
    if (this.#levels.length === 1 && this.#level(0).length === 0) return { reads: this.#reads };
    if (this.#reads.length > 0) this.#hashReads();
    this.#raiseLowerLevels();
    const top = this.#level(this.#levels.length - 1);
    if (top.length > this.#maxDegree) this.#levels.push([sha256(...top)]);
    return {
      summary: {
        maxDegree: this.#maxDegree,
        maxLevel: this.#levels.length,
        maxLevelHashes: this.#level(this.#levels.length - 1),
      },
    };
  }

  #hashReads(): void {
    const message = new kvrwset.QueryReads();
    message.setKvReadsList(this.#reads);
    this.#reads = [];
    this.#level(0).push(sha256(message.serializeBinary()));
    for (let index = 0; this.#level(index).length > this.#maxDegree; index++) {
      const hashes = this.#level(index).splice(0);
      if (index + 1 === this.#levels.length) this.#levels.push([]);
      this.#level(index + 1).push(sha256(...hashes));
    }
  }

  /** What is left below the top becomes a node of the next level; a single hash goes up as it is. */
  #raiseLowerLevels(): void {
    for (let index = 0; index + 1 < this.#levels.length; index++) {
      const [first, ...others] = this.#level(index).splice(0);
      if (first) this.#level(index + 1).push(others.length === 0 ? first : sha256(first, ...others));
    }
  }

  #level(index: number): Buffer[] {
    return this.#levels[index] ?? [];
  }
}

export function readMessage(key: string, version: Version | undefined): ledger.rwset.kvrwset.KVRead {
  const read = new kvrwset.KVRead();
  read.setKey(key);
  if (version) read.setVersion(versionMessage(version));
  return read;
}

export function versionMessage({ blockNumber, txIndex }: Version): ledger.rwset.kvrwset.Version {
  const version = new kvrwset.Version();
  version.setBlockNum(blockNumber);
  version.setTxNum(txIndex);
  return version;
}
