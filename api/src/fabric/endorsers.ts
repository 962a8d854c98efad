import type { Transaction } from '@hyperledger/fabric-gateway';
import { gateway as gatewaypb } from '@hyperledger/fabric-protos';
import { parseEnvelope } from '@reciprocal-clubs/network/blocks/envelope.js';
import { parseEndorsedProposal } from '@reciprocal-clubs/network/blocks/transaction.js';
import { readSerializedIdentity } from '@reciprocal-clubs/network/identity/msp.js';

/** MSP ids of the organisations whose peers endorsed a transaction, in ascending order. */
export function endorsersOf(transaction: Transaction): string[] {
  const envelope = gatewaypb.PreparedTransaction.deserializeBinary(transaction.getBytes()).getEnvelope();
  if (!envelope) return [];
  const { endorsements } = parseEndorsedProposal(parseEnvelope(envelope.serializeBinary()));
  return endorsements.map(({ endorser }) => readSerializedIdentity(endorser).mspId).sort();
}
