/**
 * Verifies blocks with nothing but the channel's configuration: who holds a genesis block can check all that follow.
 *
 * Not covered by any signature, and so only compared with what the signatures say: the validation codes. Not verified:
 * that a transaction met its endorsement policy (that needs the state before it), and that the organizations' admins
 * signed a change of the configuration (here the ordering service is believed).
 */
import { peer } from '@hyperledger/fabric-protos';
import type { Channel } from '../genesis/channel.js';
import type { Msps } from '../identity/msp.js';
import type { Block } from './block.js';
import { dataHash, headerHash } from './header.js';
import { verifyOrdering } from './verifyOrdering.js';
import { verifyTransaction, type VerifiedTransaction } from './verifyTransaction.js';

export type BlockFault = 'SUCCESSION' | 'DATA_HASH' | 'ORDERING' | 'VALIDATION_CODES';

/** A block that is not what it claims to be. */
export class BlockVerificationError extends Error {
  override readonly name = 'BlockVerificationError';
  readonly fault: BlockFault;

  constructor(fault: BlockFault, block: Block, reason: string) {
    super(`block ${block.number}: ${reason}`);
    this.fault = fault;
  }
}

export interface Trust {
  /** The configuration in force before the block. */
  readonly channel: Channel;
  readonly msps: Msps;
}

/**
 * Verifies a block that follows one already verified, and returns what its signatures prove about each envelope.
 * @throws BlockVerificationError
 */
export function verifyBlock(block: Block, previous: Block, trust: Trust): VerifiedTransaction[] {
  verifySuccession(block, previous);
  verifyDataHash(block);
  if (!verifyOrdering(block, trust.channel, trust.msps))
    throw new BlockVerificationError('ORDERING', block, 'signature set did not satisfy policy BlockValidation');
  return verifyTransactions(block, trust);
}

/** @throws BlockVerificationError */
export function verifySuccession(block: Block, previous: Block): void {
  if (block.number !== previous.number + 1)
    throw new BlockVerificationError('SUCCESSION', block, `does not follow block ${previous.number}`);
  if (!block.previousHash.equals(headerHash(previous.number, previous.previousHash, previous.dataHash)))
    throw new BlockVerificationError('SUCCESSION', block, 'names another previous block');
}

/** @throws BlockVerificationError */
export function verifyDataHash(block: Block): void {
  if (!block.dataHash.equals(dataHash(block.envelopes)))
    throw new BlockVerificationError('DATA_HASH', block, 'the data hash is not that of its envelopes');
}

/**
 * What the signatures prove about each envelope. Blocks from the ordering service have no validation codes yet.
 * @throws BlockVerificationError when codes are there, but not one for each envelope, or one says VALID of an envelope
 * that Fabric would never find valid
 */
export function verifyTransactions(block: Block, { channel, msps }: Trust): VerifiedTransaction[] {
  const { flags } = block.metadata;
  if (flags.length > 0 && flags.length !== block.envelopes.length)
    throw new BlockVerificationError('VALIDATION_CODES', block, 'there is not one validation code for each envelope');
  return block.envelopes.map((bytes, index) => {
    const transaction = verifyTransaction(bytes, msps);
    const reason = transaction.fault ?? strayChannel(transaction, channel);
    if (flags[index] === peer.TxValidationCode.VALID && block.number > 0 && reason !== undefined)
      throw new BlockVerificationError('VALIDATION_CODES', block, `transaction ${index} is not valid: ${reason}`);
    return transaction;
  });
}

function strayChannel({ envelope }: VerifiedTransaction, channel: Channel): string | undefined {
  return envelope?.channel === channel.name ? undefined : `it is for channel '${envelope?.channel ?? ''}'`;
}
