/**
 * How many waiting envelopes go into a block (orderer/common/blockcutter).
 */
import type { Channel } from '../../genesis/channel.js';

export type BatchSize = Channel['batchSize'];

/**
 * The number of those in front: not more than fit the preferred size, and one alone when it is larger by itself.
 * @param sizes in bytes, of at least one envelope
 */
export function takeBatch(sizes: readonly number[], { maxMessages, preferredMaxBytes }: BatchSize): number {
  let bytes = 0;
  const tooMany = sizes.findIndex((size, index) => {
    bytes += size;
    return index >= maxMessages || (index > 0 && bytes > preferredMaxBytes);
  });
  return tooMany === -1 ? sizes.length : tooMany;
}
