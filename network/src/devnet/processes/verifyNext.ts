/**
 * What a peer asks of a block before it takes it: one that ordering did not make must not stop the peer.
 */
import { parseBlock } from '../../blocks/block.js';
import { BlockVerificationError, verifyDataHash, verifySuccession } from '../../blocks/verify.js';
import { verifyOrdering } from '../../blocks/verifyOrdering.js';
import type { ServingPeer } from '../ports.js';

/** @throws Error when the serialized block is not the one after the peer's last, signed by the ordering service */
export function verifyNext(bytes: Buffer, peer: ServingPeer): void {
  const block = parseBlock(bytes);
  verifySuccession(block, parseBlock(peer.storedBlock(peer.height - 1).bytes));
  verifyDataHash(block);
  if (!verifyOrdering(block, peer.channel, peer.msps))
    throw new BlockVerificationError('ORDERING', block, 'signature set did not satisfy policy BlockValidation');
}
