import { Refusal } from './refusal';
import type { SchemaName } from './schemas';

/** `consortium`: public state. `bilateral`: the same bytes in both parties' collections. `own`: one club's collection. */
export type Store = 'consortium' | 'bilateral' | 'own';

/** A ledger key and what may stand under it. */
export interface Key<S extends SchemaName = SchemaName> {
  readonly text: string;
  readonly schema: S;
  readonly store: Store;
}

export interface KeyKind<S extends SchemaName> {
  (...parts: string[]): Key<S>;
  readonly prefix: string;
  readonly schema: S;
  readonly store: Store;
}

const kinds = new Map<string, KeyKind<SchemaName>>();
const allowedPart = /^[A-Za-z0-9_-]{1,80}$/;

/**
 * Declares a kind of key: `prefix/part/part`. Parts are allow-listed and hold no separator, so that two different lists of parts never
 * make one key.
 *
 * @returns how to make such a key; it throws Refusal INVALID_REQUEST on parts that keys do not take
 * @throws Error when the prefix is declared twice: bilateral and own keys share a collection and must not meet
 */
export function keyKind<S extends SchemaName>(prefix: string, store: Store, schema: S, partCount: number): KeyKind<S> {
  if (kinds.has(prefix)) throw new Error(`key prefix ${prefix} is declared twice`);
  const make = (...parts: string[]): Key<S> => {
    if (parts.length !== partCount || !parts.every((part) => allowedPart.test(part))) {
      throw new Refusal('INVALID_REQUEST', { faults: [{ pointer: `/${prefix}`, rule: 'key' }] });
    }
    return { text: [prefix, ...parts].join('/'), schema, store };
  };
  const kind = Object.assign(make, { prefix, schema, store });
  kinds.set(prefix, kind);
  return kind;
}

/** The kind a stored key is of; undefined for keys that no contract of this version writes. */
export function kindOf(text: string): KeyKind<SchemaName> | undefined {
  return kinds.get(text.split('/', 1)[0] ?? '');
}

export const declaredKeys = (): readonly KeyKind<SchemaName>[] => [...kinds.values()];

/** Order in which a command's writes reach the ledger. Keys are ASCII, so this is byte order. */
export const byKey = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number => (a < b ? -1 : 1);
