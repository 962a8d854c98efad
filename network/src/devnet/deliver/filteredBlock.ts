/**
 * `DeliverFiltered`: which transactions a block has, their verdicts, and their events without payload.
 */
import { common } from '@hyperledger/fabric-protos';
import { parseBlock } from '../../blocks/block.js';
import { MalformedEnvelopeError, parseEnvelope, type Envelope } from '../../blocks/envelope.js';
import { parseEndorserTransaction, type ChaincodeEvent } from '../../blocks/transaction.js';
import { field, integerField } from '../../encoding/protobufWriter.js';

const { ENDORSER_TRANSACTION } = common.HeaderType;

/** Serialized `peer.FilteredBlock`; envelopes that nobody can read are left out, as Fabric does it. */
export function filteredBlock(channel: string, bytes: Uint8Array): Buffer {
  const { number, envelopes, metadata } = parseBlock(bytes);
  const transactions = envelopes.map((envelope, index) => filteredTransaction(envelope, metadata.flags[index] ?? 0));
  return Buffer.concat([field(1, channel), integerField(2, number), ...transactions]);
}

/** The event of a transaction; none when the transaction cannot be read. */
export function eventOf(envelope: Envelope): ChaincodeEvent | undefined {
  if (envelope.type !== ENDORSER_TRANSACTION) return undefined;
  return unlessMalformed(() => parseEndorserTransaction(envelope).event);
}

/** @throws what is not about the form of the message */
export function unlessMalformed<Value>(read: () => Value): Value | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof MalformedEnvelopeError) return undefined;
    throw error;
  }
}

function filteredTransaction(bytes: Buffer, code: number): Buffer {
  const envelope = unlessMalformed(() => parseEnvelope(bytes));
  if (!envelope) return Buffer.alloc(0);
  const actions =
    envelope.type === ENDORSER_TRANSACTION ? field(4, filteredActions(eventOf(envelope))) : Buffer.alloc(0);
  return field(4, field(1, envelope.txId), integerField(2, envelope.type), integerField(3, code), actions);
}

function filteredActions(event: ChaincodeEvent | undefined): Buffer {
  if (!event || event.chaincode === '') return Buffer.alloc(0);
  return field(1, field(1, field(1, event.chaincode), field(2, event.txId), field(3, event.name)));
}
