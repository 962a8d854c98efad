/**
 * Endorsed private values that wait for their block, in memory and in a file.
 *
 * Purging takes them out of memory; the file follows when it holds nothing else, or mostly what was purged. So after a
 * crash some may be back: they are purged again by height.
 */
import { deserialize, serialize } from 'node:v8';
import type { CollectionWrites } from '../ports.js';
import { RecordFile } from './recordFile.js';

interface Endorsement {
  txId: string;
  /** Blocks that the peer had when it endorsed. */
  height: number;
  collections: CollectionWrites[];
}

const TOLERATED_GARBAGE_BYTES = 1_048_576;

export class TransientFile {
  readonly #file: RecordFile;
  readonly #waiting = new Map<string, { endorsement: Endorsement; bytes: Buffer }[]>();
  #waitingBytes = 0;

  constructor(path: string) {
    this.#file = new RecordFile(path);
    for (let index = 0; index < this.#file.count; index++) this.#remember(this.#file.read(index));
  }

  /** Resolves when the values are on disk. */
  async put(endorsement: Endorsement): Promise<void> {
    const bytes = serialize(endorsement);
    this.#remember(bytes);
    await this.#file.append(bytes);
  }

  get(txId: string): CollectionWrites[] {
    return (this.#waiting.get(txId) ?? []).flatMap(({ endorsement }) => endorsement.collections);
  }

  /** Forgets those of the transactions named, and all endorsed below the height. */
  purge(txIds: readonly string[], height: number): void {
    for (const txId of txIds) this.#forget(txId);
    for (const [txId, endorsements] of height > 0 ? this.#waiting : [])
      if (endorsements.every(({ endorsement }) => endorsement.height < height)) this.#forget(txId);
    const garbageBytes = this.#file.bytes - this.#waitingBytes;
    if (this.#waiting.size === 0 && this.#file.count > 0) this.#file.truncate(0);
    else if (garbageBytes > TOLERATED_GARBAGE_BYTES && garbageBytes > this.#waitingBytes) this.compact();
  }

  /** Leaves nothing of what was purged in the file. */
  compact(): void {
    this.#file.rewrite([...this.#waiting.values()].flat().map(({ bytes }) => bytes));
  }

  close(): Promise<void> {
    return this.#file.close();
  }

  #remember(bytes: Buffer): void {
    const endorsement: Endorsement = deserialize(bytes);
    const endorsements = this.#waiting.get(endorsement.txId) ?? [];
    this.#waiting.set(endorsement.txId, [...endorsements, { endorsement, bytes }]);
    this.#waitingBytes += bytes.length;
  }

  #forget(txId: string): void {
    for (const { bytes } of this.#waiting.get(txId) ?? []) this.#waitingBytes -= bytes.length;
    this.#waiting.delete(txId);
  }
}
