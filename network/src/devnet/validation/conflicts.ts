/**
 * Whether what a transaction read is still so (kvledger/txmgmt/validation/validator.go, rangequery_validator.go).
 */
import { peer } from '@hyperledger/fabric-protos';
import type { ValidationCode } from '../../blocks/envelope.js';
import type { MerkleSummary, RangeQuery, Read, Version } from '../../blocks/rwset.js';
import type { EndorserTransaction } from '../../blocks/transaction.js';
import { RangeSummary } from '../simulation/rangeSummary.js';
import { bytesAsKey, inKeyOrder, keyText, orderedKey, type OrderedKey } from '../state/orderedKey.js';
import type { State } from '../state/state.js';
import {
  hashedSpace,
  isSameVersion,
  publicSpace,
  type Space,
  type StateEntry,
  type Update,
  type Updates,
} from '../state/updates.js';
import { HaltingTransactionError } from './halting.js';

const { TxValidationCode } = peer;

/**
 * @param updates of the valid transactions before it in the block
 * @returns VALID, MVCC_READ_CONFLICT or PHANTOM_READ_CONFLICT
 * @throws HaltingTransactionError
 */
export function readConflict({ readWriteSets }: EndorserTransaction, state: State, updates: Updates): ValidationCode {
  const isStale = (space: Space, key: OrderedKey, version: Version | undefined): boolean =>
    updates.get(space, key) !== undefined || !isSameVersion(state.get(space, key)?.version, version);
  for (const { namespace, reads, rangeQueries, collections } of readWriteSets) {
    const space = publicSpace(namespace);
    if (reads.some(({ key, version }) => isStale(space, orderedKey(key), version)))
      return TxValidationCode.MVCC_READ_CONFLICT;
    if (rangeQueries.some((query) => hasPhantom(query, entriesNow(space, query, state, updates))))
      return TxValidationCode.PHANTOM_READ_CONFLICT;
    for (const { collection, reads: hashed } of collections)
      if (
        hashed.some(({ keyHash, version }) => isStale(hashedSpace(namespace, collection), bytesAsKey(keyHash), version))
      )
        return TxValidationCode.MVCC_READ_CONFLICT;
  }
  return TxValidationCode.VALID;
}

/** What the query would find now. One that did not reach its end has the last key it saw as its end, inclusive. */
function* entriesNow(
  space: Space,
  { startKey, endKey, exhausted }: RangeQuery,
  state: State,
  updates: Updates,
): Generator<[key: string, version: Version], void> {
  const [start, end] = [orderedKey(startKey), orderedKey(endKey)];
  const changed = [...updates.of(space)].filter(([key]) => key >= start && (end === '' || key < end));
  const stored = state.range(space, start, end);
  for (const [key, version] of changed.length > 0 ? withUpdates(stored, changed) : versions(stored))
    yield [keyText(key), version];
  if (exhausted) return;
  const last = updates.get(space, end) ?? state.get(space, end);
  if (last?.value) yield [endKey, last.version];
}

function* versions(stored: Iterable<[OrderedKey, StateEntry]>): Generator<[OrderedKey, Version], void> {
  for (const [key, { version }] of stored) yield [key, version];
}

function withUpdates(
  stored: Iterable<[OrderedKey, StateEntry]>,
  changed: readonly [OrderedKey, Update][],
): [OrderedKey, Version][] {
  const now = new Map(versions(stored));
  for (const [key, { value, version }] of changed)
    if (value) now.set(key, version);
    else now.delete(key);
  return inKeyOrder(now);
}

function hasPhantom({ reads, summary }: RangeQuery, now: Iterable<[key: string, version: Version]>): boolean {
  return summary ? !isSummaryOf(summary, now) : !areReads(reads ?? [], now);
}

function areReads(reads: readonly Read[], now: Iterable<[key: string, version: Version]>): boolean {
  let count = 0;
  for (const [key, version] of now) {
    const read = reads[count];
    if (read?.key !== key) return false;
    if (!read.version) throw new HaltingTransactionError('a result of a range query has no version');
    if (!isSameVersion(read.version, version)) return false;
    count += 1;
  }
  return count === reads.length;
}

function isSummaryOf(expected: MerkleSummary, now: Iterable<[key: string, version: Version]>): boolean {
  const found = summaryOf(expected.maxDegree);
  for (const [key, version] of now) found.add(key, version);
  const result = found.finish();
  if (!('summary' in result)) return false;
  const { maxLevel, maxLevelHashes } = result.summary;
  return (
    maxLevel === expected.maxLevel &&
    maxLevelHashes.length === expected.maxLevelHashes.length &&
    maxLevelHashes.every((hash, index) => expected.maxLevelHashes[index]?.equals(hash))
  );
}

function summaryOf(maxDegree: number): RangeSummary {
  try {
    return new RangeSummary(maxDegree);
  } catch (error) {
    if (error instanceof RangeError) throw new HaltingTransactionError(error.message, { cause: error });
    throw error;
  }
}
