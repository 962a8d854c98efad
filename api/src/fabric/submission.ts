import type { Proposal, Transaction } from '@hyperledger/fabric-gateway';
import { gateway as gatewaypb, peer } from '@hyperledger/fabric-protos';
import { parseEnvelope } from '@reciprocal-clubs/network/blocks/envelope.js';
import { parseEndorsedProposal } from '@reciprocal-clubs/network/blocks/transaction.js';
import { readSerializedIdentity } from '@reciprocal-clubs/network/identity/msp.js';
import type { ErrorCode } from '../openapi/errors.generated.js';
import { isAlreadyOrdered, isDefiniteRefusal, proposalError } from './gatewayErrors.js';
import { InvalidTransactionError, LedgerError } from './ledgerError.js';
import type { Outcome, Outcomes } from './outcomes.js';

/** A transaction that is on the ledger. */
export interface Committed extends Outcome {
  readonly txId: string;
  /** MSP ids of the organisations whose peers endorsed it */
  readonly endorsers: readonly string[];
}

const resendPauseMs = 250;

/**
 * Endorses a proposal, submits it, and waits for its block on the club's own peer.
 *
 * @throws RefusedError, LedgerError: nothing was ordered
 * @throws InvalidTransactionError: it is in a block and was not applied
 * @throws LedgerError OUTCOME_UNKNOWN: it was sent, and its block did not come in time
 */
export async function submitProposal(
  proposal: Proposal,
  outcomes: Outcomes,
  commitMs: number,
): Promise<{ committed: Committed; result: Uint8Array }> {
  await outcomes.open();
  const transaction = await endorse(proposal);
  const outcome = await submit(transaction, outcomes, Date.now() + commitMs);
  const committed = { txId: transaction.getTransactionId(), endorsers: endorsersOf(transaction), ...outcome };
  if (outcome.validationCode !== peer.TxValidationCode.VALID)
    throw new InvalidTransactionError(meaningOf(outcome), committed);
  return { committed, result: transaction.getResult() };
}

async function endorse(proposal: Proposal): Promise<Transaction> {
  try {
    return await proposal.endorse();
  } catch (error) {
    throw proposalError(error);
  }
}

/**
 * After an ambiguous answer the same envelope is sent again: its id is the same, so it is applied once at most. Once it may have been
 * ordered, no later answer can say that it was not; only its block, or the deadline, ends that.
 */
async function submit(transaction: Transaction, outcomes: Outcomes, deadlineMs: number): Promise<Outcome> {
  const txId = transaction.getTransactionId();
  let accepted = false;
  for (let sends = 0; Date.now() < deadlineMs; sends += 1) {
    try {
      await transaction.submit();
      accepted = true;
    } catch (error) {
      if (sends === 0 && isDefiniteRefusal(error)) throw new LedgerError('ORDERING_UNAVAILABLE', {}, { cause: error });
      accepted ||= isAlreadyOrdered(error);
    }
    const outcome = await outcomes.wait(txId, accepted ? deadlineMs - Date.now() : resendPauseMs);
    if (outcome) return outcome;
  }
  throw new LedgerError('OUTCOME_UNKNOWN', { txId });
}

function meaningOf({ validationCode }: Outcome): ErrorCode {
  const { MVCC_READ_CONFLICT, PHANTOM_READ_CONFLICT, ENDORSEMENT_POLICY_FAILURE } = peer.TxValidationCode;
  if (validationCode === MVCC_READ_CONFLICT || validationCode === PHANTOM_READ_CONFLICT) return 'CONFLICT';
  return validationCode === ENDORSEMENT_POLICY_FAILURE ? 'POLICY_NOT_MET' : 'TRANSACTION_INVALID';
}

function endorsersOf(transaction: Transaction): string[] {
  const envelope = gatewaypb.PreparedTransaction.deserializeBinary(transaction.getBytes()).getEnvelope();
  if (!envelope) return [];
  const { endorsements } = parseEndorsedProposal(parseEnvelope(envelope.serializeBinary()));
  return endorsements.map(({ endorser }) => readSerializedIdentity(endorser).mspId).sort();
}
