/**
 * The chain of an ordering node: envelopes are cut into blocks, and a block is delivered when it is on disk.
 */
import type { BlockSource } from '../deliver/follow.js';
import type { RecordFile } from '../storage/recordFile.js';
import { takeBatch, type BatchSize } from './batch.js';

export interface OrderingChainOptions {
  /** Serialized blocks as delivered, the genesis block first. */
  readonly file: RecordFile;
  readonly batchSize: BatchSize;
  /** The serialized block with these envelopes that follows the last one made. */
  readonly nextBlock: (envelopes: readonly Buffer[]) => Buffer;
  /** A block could not be written: nothing is ordered any more until the node starts again. */
  readonly onFailure: (error: unknown) => void;
}

/** More than this are not kept waiting. */
const MAX_WAITING = 10_000;

/** A node that takes no more envelopes for now. */
export class OverloadedError extends Error {
  override readonly name = 'OverloadedError';
}

/**
 * A lone envelope goes into a block of its own at once; those that come while a block is written wait for the next. No
 * envelope is looked at twice: the same one again is ordered again, as Raft does it, and peers find it a duplicate.
 */
export class OrderingChain implements BlockSource {
  readonly #options: OrderingChainOptions;
  readonly #listeners = new Set<() => void>();
  #waiting: { envelope: Buffer; resolve: () => void; reject: (error: unknown) => void }[] = [];
  #isCutting = false;
  #height: number;

  constructor(options: OrderingChainOptions) {
    this.#options = options;
    this.#height = options.file.count;
  }

  get height(): number {
    return this.#height;
  }

  /** A serialized block. @throws RangeError when there is none */
  block(number: number): Buffer {
    return this.#options.file.read(number);
  }

  onBlock(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Resolves when the envelope is in a block on disk.
   * @throws OverloadedError
   */
  order(envelope: Buffer): Promise<void> {
    if (this.#waiting.length >= MAX_WAITING) throw new OverloadedError('too many envelopes are waiting to be ordered');
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#waiting.push({ envelope, resolve, reject });
    if (!this.#isCutting) void this.#cut();
    return promise;
  }

  async #cut(): Promise<void> {
    this.#isCutting = true;
    try {
      for (await nextTurn(); this.#waiting.length > 0; await nextTurn()) await this.#cutOne();
      this.#isCutting = false;
    } catch (error) {
      for (const { reject } of this.#waiting) reject(error);
      this.#options.onFailure(error);
    }
  }

  async #cutOne(): Promise<void> {
    const { file, nextBlock, batchSize } = this.#options;
    const sizes = this.#waiting.map(({ envelope }) => envelope.length);
    const batch = this.#waiting.slice(0, takeBatch(sizes, batchSize));
    await file.append(nextBlock(batch.map(({ envelope }) => envelope)));
    this.#waiting = this.#waiting.slice(batch.length);
    this.#height = file.count;
    for (const { resolve } of batch) resolve();
    for (const listener of this.#listeners) listener();
  }
}

/** Lets envelopes that have arrived already come into the same block. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
