/**
 * A key's history, read from the blocks that changed it (kvledger/history/query_executer.go).
 */
import { ledger } from '@hyperledger/fabric-protos';
import timestamp from 'google-protobuf/google/protobuf/timestamp_pb.js';
import { parseBlock } from '../blocks/block.js';
import { parseEnvelope } from '../blocks/envelope.js';
import { parseEndorserTransaction } from '../blocks/transaction.js';
import type { Version } from '../blocks/rwset.js';
import { Message } from '../encoding/protobuf.js';
import type { PeerStorage } from './ports.js';
import type { HistoryReader, KeyModification } from './simulation/simulator.js';
import type { History } from './state/history.js';

export function historyReader(history: History, storage: PeerStorage): HistoryReader {
  return function* (namespace, key, height) {
    for (const version of history.of(namespace, key, height))
      yield keyModification(storage.read(version.blockNumber).bytes, version, namespace, key);
  };
}

function keyModification(
  block: Buffer,
  { blockNumber, txIndex }: Version,
  namespace: string,
  key: string,
): KeyModification {
  const bytes = parseBlock(block).envelopes[txIndex];
  const envelope = bytes && parseEnvelope(bytes);
  const write =
    envelope &&
    parseEndorserTransaction(envelope)
      .readWriteSets.find((set) => set.namespace === namespace)
      ?.writes.find((one) => one.key === key);
  if (!write)
    throw new Error(
      `no namespace or key is found for namespace ${namespace} and key ${key} with decoded blockNum ${blockNumber} and tranNum ${txIndex}`,
    );
  const modification = new ledger.queryresult.KeyModification();
  modification.setTxId(envelope.txId);
  modification.setValue(write.value);
  modification.setIsDelete(write.isDelete);
  modification.setTimestamp(timestamp.Timestamp.deserializeBinary(new Message(envelope.channelHeader).bytes(3)));
  return modification;
}
