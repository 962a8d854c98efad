/**
 * Where state is kept, and what a block changes in it.
 */
import type { Version } from '../../blocks/rwset.js';
import type { OrderedKey } from './orderedKey.js';

/** One ordered table: public state of a chaincode, or hashes or values of one of its collections. */
export type Space = string & { readonly isSpace: true };

export type Metadata = ReadonlyMap<string, Buffer>;

export interface StateEntry {
  readonly value: Buffer;
  readonly version: Version;
  readonly metadata: Metadata;
}

/** What a key becomes. */
export type Update = StateEntry | { readonly value: undefined; readonly version: Version };

/** Name of the metadata that holds a key's endorsement policy. */
export const VALIDATION_PARAMETER = 'VALIDATION_PARAMETER';

export const NO_METADATA: Metadata = new Map();

export function publicSpace(namespace: string): Space {
  return `public\0${namespace}` as Space;
}

/** Keys are hashes of keys, values hashes of values; the metadata of private keys is here too. */
export function hashedSpace(namespace: string, collection: string): Space {
  return `hashed\0${namespace}\0${collection}` as Space;
}

export function privateSpace(namespace: string, collection: string): Space {
  return `private\0${namespace}\0${collection}` as Space;
}

export function isSameVersion(a: Version | undefined, b: Version | undefined): boolean {
  return a?.blockNumber === b?.blockNumber && a?.txIndex === b?.txIndex;
}

/** The changes of one block, the later ones over the earlier ones. */
export class Updates {
  readonly #spaces = new Map<Space, Map<OrderedKey, Update>>();

  get(space: Space, key: OrderedKey): Update | undefined {
    return this.#spaces.get(space)?.get(key);
  }

  put(space: Space, key: OrderedKey, entry: StateEntry): void {
    this.of(space).set(key, entry);
  }

  delete(space: Space, key: OrderedKey, version: Version): void {
    this.of(space).set(key, { value: undefined, version });
  }

  /** Of one space; empty when there are none. */
  of(space: Space): Map<OrderedKey, Update> {
    let updates = this.#spaces.get(space);
    if (!updates) this.#spaces.set(space, (updates = new Map()));
    return updates;
  }

  spaces(): Iterable<[Space, ReadonlyMap<OrderedKey, Update>]> {
    return this.#spaces;
  }
}
