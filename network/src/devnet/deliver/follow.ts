/**
 * Waiting for blocks that are not there yet.
 */
import { unlessAborted } from '../grpc/calls.js';

export interface BlockSource {
  /** Number of blocks. */
  readonly height: number;
  /** Calls the listener after each new block; returns how to stop that. */
  onBlock(listener: () => void): () => void;
}

/** Resolves when the block is there. @throws the signal's reason */
export async function untilBlock(source: BlockSource, blockNumber: number, end: AbortSignal): Promise<void> {
  while (source.height <= blockNumber) {
    const { promise, resolve } = Promise.withResolvers<void>();
    const stopListening = source.onBlock(resolve);
    try {
      await unlessAborted(end, promise);
    } finally {
      stopListening();
    }
  }
  end.throwIfAborted();
}
