/** The versions of the keys that a record is made from, as one transaction after the other wrote them. */

export interface VersionSeen {
  /** empty: public state */
  readonly collection: string;
  readonly key: string;
  /** place among the transaction's writes, by collection and hash of the key */
  readonly n: number;
  /** undefined: deleted, or not known */
  readonly value: Buffer | undefined;
  /** undefined: deleted */
  readonly valueHash: Buffer | undefined;
}

/** What one transaction wrote of it. */
export interface Step {
  readonly block: number;
  readonly index: number;
  readonly txId: string;
  /** the client's claim */
  readonly timeMs: number;
  readonly versions: readonly VersionSeen[];
}

/** Through whose eyes the ledger is read. */
export interface Scene {
  readonly club: string;
  /** collection of each club there is, by its id */
  readonly collections: ReadonlyMap<string, string>;
}

export const ownCollectionIn = ({ club, collections }: Scene): string => collections.get(club) ?? '';

export const versionOf = (step: Step, collection: string, key: string): VersionSeen | undefined =>
  step.versions.find((version) => version.collection === collection && version.key === key);
