/**
 * A transaction that would stop every peer of Fabric 3.1.5, and that devnet refuses with INVALID_WRITESET instead: its one
 * deliberate difference. A single member can make such transactions, with its own collection and altered chaincode.
 *
 * Fabric's peers panic in commit
 * - when a key that was deleted earlier in the block is given metadata by a transaction that has not read it,
 * - when a range query in the read set has a result without a version, or a summary of a degree below 2;
 *
 * and they halt at the next write of a key whose policy is no policy message at all: here the transaction that sets it
 * is refused.
 *
 * In two more cases Fabric's peers stop though each transaction is in order, and devnet gives the code that is due: a
 * full Merkle summary (50 hashes at its only level) whose range has grown by a level is a phantom; and the policy of a
 * key in a transaction that fails before its endorsements are looked at (a duplicate, say) changes nothing for those who
 * write the key later in the block, who wait for its verdict for ever on Fabric.
 */
export class HaltingTransactionError extends Error {
  override readonly name = 'HaltingTransactionError';
}
