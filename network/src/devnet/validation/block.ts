/**
 * Validation of a block: each envelope gets its code, and what the valid ones change is collected.
 */
import { peer } from '@hyperledger/fabric-protos';
import type { Block } from '../../blocks/block.js';
import type { ValidationCode } from '../../blocks/envelope.js';
import type { EndorserTransaction } from '../../blocks/transaction.js';
import type { State } from '../state/state.js';
import { Updates } from '../state/updates.js';
import { readConflict } from './conflicts.js';
import { EndorsementValidator, type EndorsementContext } from './endorsement.js';
import { HaltingTransactionError } from './halting.js';
import { inspectEnvelope, readEnvelope, type InspectedEnvelope, type InspectionContext } from './inspection.js';
import { applyOperations } from './operations.js';

export type ValidationContext = InspectionContext & EndorsementContext;

/** A block whose envelopes have their codes. */
export interface ValidatedBlock {
  readonly block: Block;
  readonly envelopes: readonly InspectedEnvelope[];
  /** Of public and hashed state. */
  readonly updates: Updates;
}

const { TxValidationCode } = peer;

/** Validates a block that is to be added to the state. The first one of a channel is what all others are judged by. */
export function validateBlock(block: Block, context: ValidationContext): ValidatedBlock {
  if (block.number === 0) return acceptBlock(block);
  const inspected = block.envelopes.map((bytes) => inspectEnvelope(bytes, context));
  const endorsements = new EndorsementValidator(context);
  const endorsed = inspected.map((envelope) =>
    envelope.transaction ? { ...envelope, code: endorsements.validate(envelope.transaction) } : envelope,
  );
  const updates = new Updates();
  const envelopes = withoutDuplicates(endorsed).map((envelope, txIndex) => {
    if (!envelope.transaction || envelope.code !== TxValidationCode.VALID) return envelope;
    return { ...envelope, code: execute(envelope.transaction, { block, txIndex }, context.state, updates) };
  });
  return { block, envelopes, updates };
}

function acceptBlock(block: Block): ValidatedBlock {
  const envelopes = block.envelopes.map((bytes) => readEnvelope(bytes, TxValidationCode.VALID));
  return { block, envelopes, updates: new Updates() };
}

/** Takes the codes of a block that was validated when it was stored. */
export function revisitBlock(block: Block, state: State): ValidatedBlock {
  const updates = new Updates();
  const envelopes = block.envelopes.map((bytes, txIndex) => {
    const envelope = readEnvelope(bytes, validationCode(block.metadata.flags[txIndex]));
    if (envelope.transaction && envelope.code === TxValidationCode.VALID)
      applyOperations(envelope.transaction, { blockNumber: block.number, txIndex }, state, updates);
    return envelope;
  });
  return { block, envelopes, updates };
}

/** Of several valid ones with one id the first counts. */
function withoutDuplicates(envelopes: readonly InspectedEnvelope[]): InspectedEnvelope[] {
  const seen = new Set<string>();
  return envelopes.map((envelope) => {
    if (envelope.code !== TxValidationCode.VALID) return envelope;
    const isDuplicate = seen.has(envelope.txId);
    seen.add(envelope.txId);
    return isDuplicate ? { ...envelope, code: TxValidationCode.DUPLICATE_TXID } : envelope;
  });
}

function execute(
  transaction: EndorserTransaction,
  { block, txIndex }: { block: Block; txIndex: number },
  state: State,
  updates: Updates,
): ValidationCode {
  try {
    const code = readConflict(transaction, state, updates);
    if (code === TxValidationCode.VALID)
      applyOperations(transaction, { blockNumber: block.number, txIndex }, state, updates);
    return code;
  } catch (error) {
    if (error instanceof HaltingTransactionError) return TxValidationCode.INVALID_WRITESET;
    throw error;
  }
}

function validationCode(flag: number | undefined): ValidationCode {
  const code = Object.values(TxValidationCode).find((one) => one === flag);
  if (code === undefined) throw new Error('a stored block has no validation code for each of its envelopes');
  return code;
}
