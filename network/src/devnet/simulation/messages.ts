/**
 * Parts of a read-write set as protobuf messages, in byte order of their keys.
 */
import { ledger } from '@hyperledger/fabric-protos';
import type { Version } from '../../blocks/rwset.js';
import { inKeyOrder, keyText, type OrderedKey } from '../state/orderedKey.js';
import { readMessage } from './rangeSummary.js';

const { kvrwset } = ledger.rwset;

/** Undefined deletes; to Fabric an empty value does too. */
export type Value = Buffer | undefined;

export function readMessages(reads: ReadonlyMap<OrderedKey, Version | undefined>): ledger.rwset.kvrwset.KVRead[] {
  return inKeyOrder(reads).map(([key, version]) => readMessage(keyText(key), version));
}

export function writeMessages(writes: ReadonlyMap<OrderedKey, Value>): ledger.rwset.kvrwset.KVWrite[] {
  return inKeyOrder(writes).map(([key, value]) => {
    const write = new kvrwset.KVWrite();
    write.setKey(keyText(key));
    if (isDelete(value)) write.setIsDelete(true);
    else write.setValue(value);
    return write;
  });
}

export function metadataEntries(name: string, value: Buffer): ledger.rwset.kvrwset.KVMetadataEntry[] {
  const entry = new kvrwset.KVMetadataEntry();
  entry.setName(name);
  entry.setValue(value);
  return [entry];
}

export function isDelete(value: Value): value is undefined {
  return value === undefined || value.length === 0;
}
