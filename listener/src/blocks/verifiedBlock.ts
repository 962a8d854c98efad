import { common, peer } from '@hyperledger/fabric-protos';
import { parseBlock, type Block } from '@reciprocal-clubs/network/blocks/block.js';
import { headerHash } from '@reciprocal-clubs/network/blocks/header.js';
import { verifyDataHash, type Trust } from '@reciprocal-clubs/network/blocks/verify.js';
import { verifyOrdering } from '@reciprocal-clubs/network/blocks/verifyOrdering.js';
import { verifyTransaction, type VerifiedTransaction } from '@reciprocal-clubs/network/blocks/verifyTransaction.js';
import { ForkError, RefusedBlockError } from './errors.js';
import { trustIn } from './trust.js';

/** The last block that is stored. */
export interface Head {
  /** of the block; -1 before the first */
  readonly number: number;
  /** of its header; empty before the first */
  readonly hash: Buffer;
}

export interface ReceivedBlock {
  readonly bytes: Buffer;
  readonly block: Block;
  /** of the header */
  readonly hash: Buffer;
}

export interface CheckedTransaction extends VerifiedTransaction {
  /** `peer.TxValidationCode`, as the own peer says */
  readonly code: number;
  /** Why a valid transaction is set aside; undefined when it is not. */
  readonly quarantine: string | undefined;
}

export interface VerifiedBlock extends ReceivedBlock {
  readonly transactions: readonly CheckedTransaction[];
  /** What the blocks after it are verified by. */
  readonly trust: Trust;
}

const { VALID } = peer.TxValidationCode;
const { CONFIG } = common.HeaderType;

/** @throws RefusedBlockError when it is no block, or its envelopes are not those of its header */
export function receiveBlock(bytes: Buffer): ReceivedBlock {
  return refusing(() => {
    const block = parseBlock(bytes);
    verifyDataHash(block);
    return { bytes, block, hash: headerHash(block.number, block.previousHash, block.dataHash) };
  });
}

/** @throws RefusedBlockError when it is not the first block that this club was given to trust in */
export function verifyGenesis(received: ReceivedBlock, genesis: ReceivedBlock): VerifiedBlock {
  if (!received.hash.equals(genesis.hash)) throw new RefusedBlockError('the peer serves another channel');
  return { ...received, ...check(received, trustIn(genesis.bytes)) };
}

/**
 * A block that is to follow the last one.
 *
 * @throws RefusedBlockError when ordering did not sign it
 * @throws ForkError when ordering signed it to follow another one
 */
export function verifyNext(received: ReceivedBlock, head: Head, trust: Trust): VerifiedBlock {
  const { block } = received;
  if (block.number !== head.number + 1)
    throw new RefusedBlockError(`block ${block.number} does not follow block ${head.number}`);
  requireOrdered(received, trust);
  if (!block.previousHash.equals(head.hash)) throw new ForkError(head.number, head.hash, block.previousHash);
  return { ...received, ...check(received, trust) };
}

/** @throws RefusedBlockError */
export function requireOrdered({ block }: ReceivedBlock, { channel, msps }: Trust): void {
  if (!verifyOrdering(block, channel, msps))
    throw new RefusedBlockError(`block ${block.number} is not signed by the ordering service`);
}

function check(received: ReceivedBlock, trust: Trust): Pick<VerifiedBlock, 'transactions' | 'trust'> {
  const { block } = received;
  const { flags } = block.metadata;
  if (block.number > 0 && flags.length !== block.envelopes.length)
    throw new RefusedBlockError(`block ${block.number} has not one validation code for each envelope`);
  let next = trust;
  const transactions = block.envelopes.map((bytes, index) => {
    const code = flags[index] ?? VALID;
    const verified = verifyTransaction(bytes, trust.msps);
    // Nobody signs a genesis block.
    if (code !== VALID || block.number === 0) return { ...verified, code, quarantine: undefined };
    const quarantine = unfounded(verified, trust);
    if (quarantine !== undefined || verified.envelope?.type !== CONFIG) return { ...verified, code, quarantine };
    const changed = configurationAfter(received);
    if (typeof changed !== 'string') next = changed;
    return { ...verified, code, quarantine: typeof changed === 'string' ? changed : undefined };
  });
  return { transactions, trust: next };
}

/**
 * What Fabric found valid and we cannot read, or find signed otherwise than it says, is set aside with an alarm: nothing of it is
 * applied, and the ledger goes on. One club's odd certificate must not stop the others' listeners.
 */
function unfounded(
  { envelope, creator, transaction, fault }: VerifiedTransaction,
  { channel }: Trust,
): string | undefined {
  if (!envelope) return fault ?? 'no envelope';
  if (fault !== undefined) return creator && !transaction ? fault : `called valid, but ${fault}`;
  return envelope.channel === channel.name ? undefined : 'called valid, but for another channel';
}

function configurationAfter({ bytes }: ReceivedBlock): Trust | string {
  try {
    return trustIn(bytes);
  } catch (error) {
    return `configuration cannot be followed: ${error instanceof Error ? error.message : String(error)}`;
  }
}

function refusing<Result>(read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    if (error instanceof Error) throw new RefusedBlockError(error.message, { cause: error });
    throw error;
  }
}
