import type { OrderedKey } from './orderedKey.js';
import { Table } from './table.js';
import type { Space, StateEntry, Updates } from './updates.js';

/** State as it was at one moment, however many blocks follow. */
export interface Snapshot {
  /** Number of blocks it has seen. */
  readonly height: number;
  get(space: Space, key: OrderedKey): StateEntry | undefined;
  /** From `start` to before `end`, or to the last key when `end` is empty. */
  range(space: Space, start: OrderedKey, end: OrderedKey): Iterator<[OrderedKey, StateEntry], void>;
  /** Lets go of what only this snapshot sees. */
  release(): void;
}

/** All state of a channel, in memory. */
export class State {
  readonly #tables = new Map<Space, Table<StateEntry>>();
  /** How many snapshots look at each height. */
  readonly #watched = new Map<number, number>();
  #height = 0;

  /** Number of blocks applied. */
  get height(): number {
    return this.#height;
  }

  get(space: Space, key: OrderedKey): StateEntry | undefined {
    return this.#tables.get(space)?.get(key, this.#height);
  }

  range(space: Space, start: OrderedKey, end: OrderedKey): Iterable<[OrderedKey, StateEntry]> {
    return this.#tables.get(space)?.range(start, end, this.#height) ?? [];
  }

  snapshot(): Snapshot {
    const height = this.#height;
    this.#watched.set(height, (this.#watched.get(height) ?? 0) + 1);
    let isReleased = false;
    return {
      height,
      get: (space, key) => this.#tables.get(space)?.get(key, height),
      range: (space, start, end) => (this.#tables.get(space) ?? new Table<StateEntry>()).range(start, end, height),
      release: () => {
        if (!isReleased) this.#unwatch(height);
        isReleased = true;
      },
    };
  }

  /** The next block's changes. Values are copied: they are views of the block, which need not stay in memory. */
  apply(updates: Updates): void {
    const oldest = Math.min(this.#height, ...this.#watched.keys());
    this.#height += 1;
    for (const [space, changes] of updates.spaces()) {
      const table = this.#table(space);
      for (const [key, change] of changes) table.put(key, change.value && copyOf(change), this.#height, oldest);
    }
  }

  #table(space: Space): Table<StateEntry> {
    let table = this.#tables.get(space);
    if (!table) this.#tables.set(space, (table = new Table()));
    return table;
  }

  #unwatch(height: number): void {
    const others = (this.#watched.get(height) ?? 0) - 1;
    if (others > 0) this.#watched.set(height, others);
    else this.#watched.delete(height);
  }
}

function copyOf({ value, version, metadata }: StateEntry): StateEntry {
  const copies = [...metadata].map(([name, bytes]): [string, Buffer] => [name, Buffer.from(bytes)]);
  return { value: Buffer.from(value), version, metadata: new Map(copies) };
}
