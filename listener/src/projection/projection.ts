import type { Scene, Step, VersionSeen } from './history.js';

/** A record as the read model has it. */
export interface Shown {
  /** as the API answers it, and as events tell it */
  readonly body: object;
  /** what registers filter by */
  readonly tags: Readonly<Record<string, string>>;
  /** SHA-256 of the bytes on the ledger */
  readonly hash: Buffer;
}

/** What is published of a write. */
export interface Told {
  /** `<slice>.<event>` */
  readonly type: string;
  readonly write: VersionSeen;
}

/** What a transaction makes of a record. */
export interface Turn<State> {
  /** the one given where nothing changed */
  readonly state: State;
  /** What is shown stays as it was all the same. */
  readonly isUnseen?: boolean;
  readonly told: readonly Told[];
  /** what could not be taken, in words that hold nothing private */
  readonly faults: readonly string[];
}

/**
 * How one kind of record follows from the ledger. A record is always made from the versions of its keys in ledger order, so that it is
 * the same whenever their values came to be known: from all of its main key, and from the newest of each other key.
 */
export interface Projection<State> {
  readonly kind: string;
  /** Key of the record itself: its first version makes the record. */
  readonly mainKey: (touched: string) => string;
  /** The keys from which it is made: so many parts after each of these prefixes. */
  readonly forms: Readonly<Record<string, number>>;
  /** @param touched one of its keys */
  readonly id: (touched: string) => string;
  readonly keys: (touched: string, scene: Scene) => readonly string[];
  readonly start: State;
  readonly next: (state: State, step: Step, scene: Scene) => Turn<State>;
  /** Undefined while there is no such record, or its values are not known. */
  readonly show: (state: State, scene: Scene) => Shown | undefined;
  /** Keys whose hash may come with a block, and whose writing changes the record. */
  readonly expects?: (state: State, touched: string, scene: Scene) => readonly Expected[];
}

export interface Expected {
  readonly collection: string;
  readonly key: string;
}

/** The parts of a key after its first one. */
export const partsOf = (key: string): readonly string[] => key.split('/').slice(1);
