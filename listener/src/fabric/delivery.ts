/** What a club's own peer delivers: blocks, with the private values that the club may read. */

export interface DeliveredBlock {
  /** serialized `common.Block` */
  readonly bytes: Buffer;
  readonly privateSets: readonly PrivateSet[];
}

/** What one transaction wrote to one collection, as the peer says: nothing is compared yet. */
export interface PrivateSet {
  /** of the transaction */
  readonly index: number;
  readonly namespace: string;
  readonly collection: string;
  /** serialized `kvrwset.KVRWSet` */
  readonly rwset: Buffer;
}

export interface BlockSource {
  /**
   * Blocks from this number on, those to come included. Returns when the signal aborts.
   *
   * @throws Error whose message says why the stream ended: it never ends by itself
   */
  blocks(from: number, signal: AbortSignal): AsyncGenerator<DeliveredBlock, void, undefined>;
}
