import type { HashedCollection, NamespaceReadWriteSet, Write } from '@reciprocal-clubs/network/blocks/rwset.js';
import type { EndorserTransaction } from '@reciprocal-clubs/network/blocks/transaction.js';
import { sha256 } from '@reciprocal-clubs/network/identity/sign.js';
import type { PrivateSet } from '../fabric/delivery.js';
import { policyWritesOf, type PolicyWrite } from './policyWrites.js';
import { privateWrites } from './privateWrites.js';

/** Whose club this is, and what of a block is its business. */
export interface Viewpoint {
  /** whose namespace it is */
  readonly chaincode: string;
  /** the club's own: the only one whose plaintext it reads */
  readonly collection: string;
}

/** What a transaction wrote to one key of the clubs' chaincode. */
export interface KeyWrite {
  /** empty: public state */
  readonly collection: string;
  readonly keyHash: Buffer;
  /** undefined while only its hash is known */
  readonly key: string | undefined;
  /** undefined: deleted, or not known */
  readonly value: Buffer | undefined;
  /** undefined: deleted */
  readonly valueHash: Buffer | undefined;
  /** All that was ever written under the key is to be forgotten. */
  readonly isPurge: boolean;
}

export interface TransactionWrites {
  /** one for each key */
  readonly writes: readonly KeyWrite[];
  /** in their order */
  readonly policies: readonly PolicyWrite[];
  /** Private values of the own collection are not here yet. */
  readonly isMissing: boolean;
  /** Why the transaction is set aside; undefined when it is not. */
  readonly quarantine: string | undefined;
}

const sha256Bytes = 32;
const nothing: TransactionWrites = { writes: [], policies: [], isMissing: false, quarantine: undefined };
const longestName = 100;

/** Writes of a valid transaction, apart from those of policies. */
export function writesOf(
  transaction: EndorserTransaction,
  privateSets: readonly PrivateSet[],
  { chaincode, collection: own }: Viewpoint,
): TransactionWrites {
  const set = transaction.readWriteSets.find(({ namespace }) => namespace === chaincode);
  if (!set) return nothing;
  if (!isPlausible(set)) return { ...nothing, quarantine: 'a private write without the hashes of one' };
  const delivered = privateSets.find((one) => one.namespace === chaincode && one.collection === own);
  const half = set.collections.find(({ collection }) => collection === own);
  const plain = half && privateWrites(half, delivered?.rwset);
  const writes = [
    ...set.writes.map(publicWrite),
    ...set.collections.flatMap((one) => hashedWrites(one, one === half ? plain?.writes : undefined)),
  ];
  return {
    writes: [
      ...new Map(writes.map((write) => [`${write.collection} ${write.keyHash.toString('hex')}`, write])).values(),
    ],
    policies: policyWritesOf(set),
    isMissing: plain?.isIncomplete ?? false,
    quarantine: plain?.isContradictory ? 'private values are not what their hashes say' : undefined,
  };
}

/** Whoever endorses a transaction may put anything where a hash should be. */
function isPlausible({ collections }: NamespaceReadWriteSet): boolean {
  return collections.every(
    ({ collection, writes }) =>
      collection.length > 0 &&
      collection.length <= longestName &&
      !collection.includes('\0') &&
      writes.every(
        ({ keyHash, valueHash, isDelete }) =>
          keyHash.length === sha256Bytes && (isDelete || valueHash.length === sha256Bytes),
      ),
  );
}

function publicWrite({ key, isDelete, value }: Write): KeyWrite {
  return {
    collection: '',
    keyHash: sha256(Buffer.from(key)),
    key: storableKey(key),
    value: isDelete ? undefined : value,
    valueHash: isDelete ? undefined : sha256(value),
    isPurge: false,
  };
}

function hashedWrites({ collection, writes }: HashedCollection, plain?: ReadonlyMap<string, Write>): KeyWrite[] {
  return writes.map(({ keyHash, isDelete, isPurge, valueHash }) => {
    const known = plain?.get(keyHash.toString('hex'));
    return {
      collection,
      keyHash,
      key: known && storableKey(known.key),
      value: isDelete ? undefined : known?.value,
      valueHash: isDelete ? undefined : valueHash,
      isPurge,
    };
  });
}

/** None of ours holds U+0000, which Postgres does not take: such a key stays known by its hash. */
function storableKey(key: string): string | undefined {
  return key.includes('\0') ? undefined : key;
}
