import type { OrderedKey } from './orderedKey.js';

interface Revision<Entry> {
  /** Number of blocks after which it is seen. */
  height: number;
  /** Undefined when the key was deleted. */
  entry: Entry | undefined;
}

/** Entries in order of their keys, as they were at any height that someone still looks at. */
export class Table<Entry> {
  readonly #revisions = new Map<OrderedKey, Revision<Entry>[]>();
  readonly #keys: OrderedKey[] = [];

  get(key: OrderedKey, height: number): Entry | undefined {
    return this.#revisions.get(key)?.findLast((revision) => revision.height <= height)?.entry;
  }

  /** @param oldest lowest height that someone looks at: what only lower ones could see is forgotten */
  put(key: OrderedKey, entry: Entry | undefined, height: number, oldest: number): void {
    const revisions = this.#revisions.get(key);
    if (revisions) {
      const seen = revisions.findLastIndex((revision) => revision.height <= oldest);
      revisions.splice(0, Math.max(seen, 0));
      revisions.push({ height, entry });
    } else {
      this.#revisions.set(key, [{ height, entry }]);
      this.#keys.splice(this.#indexOf(key), 0, key);
    }
  }

  /**
   * From `start` to before `end`, or to the last key when `end` is empty. Entries that others put meanwhile do not
   * disturb it.
   */
  *range(start: OrderedKey, end: OrderedKey, height: number): Generator<[OrderedKey, Entry], void> {
    let index = this.#indexOf(start);
    for (;;) {
      const key = this.#keys[index];
      if (key === undefined || (end !== '' && key >= end)) return;
      const entry = this.get(key, height);
      if (entry !== undefined) yield [key, entry];
      if (this.#keys[index] !== key) index = this.#indexOf(key);
      index += 1;
    }
  }

  /** Of the first key that is not smaller. */
  #indexOf(key: OrderedKey): number {
    let low = 0;
    let high = this.#keys.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const candidate = this.#keys[middle];
      if (candidate !== undefined && candidate < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
