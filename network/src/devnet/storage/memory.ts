import type { CollectionWrites, PeerStorage, StoredBlock, TransactionPrivateData } from '../ports.js';

/** Keeps what a peer has as long as the process runs: for tests. */
export class MemoryStorage implements PeerStorage {
  readonly #blocks: StoredBlock[] = [];
  readonly #transient = new Map<string, { height: number; collections: CollectionWrites[] }[]>();

  get height(): number {
    return this.#blocks.length;
  }

  append(block: StoredBlock): Promise<void> {
    if (block.number !== this.height)
      throw new Error(`expected block ${this.height} to be stored next, but got ${block.number}`);
    this.#blocks.push(block);
    return Promise.resolve();
  }

  read(blockNumber: number): StoredBlock {
    const block = this.#blocks[blockNumber];
    if (!block) throw new RangeError(`no such block number [${blockNumber}] in index`);
    return block;
  }

  putTransient(txId: string, heightAtEndorsement: number, collections: CollectionWrites[]): Promise<void> {
    const endorsements = this.#transient.get(txId) ?? [];
    this.#transient.set(txId, [...endorsements, { height: heightAtEndorsement, collections }]);
    return Promise.resolve();
  }

  transient(txId: string): CollectionWrites[] {
    return (this.#transient.get(txId) ?? []).flatMap(({ collections }) => collections);
  }

  replacePrivateData(replacements: ReadonlyMap<number, readonly TransactionPrivateData[]>): Promise<void> {
    for (const [blockNumber, privateData] of replacements)
      this.#blocks[blockNumber] = { ...this.read(blockNumber), privateData: [...privateData] };
    return Promise.resolve();
  }

  purgeTransient(txIds: readonly string[], height: number): Promise<void> {
    for (const txId of txIds) this.#transient.delete(txId);
    for (const [txId, endorsements] of this.#transient)
      if (endorsements.every((one) => one.height < height)) this.#transient.delete(txId);
    return Promise.resolve();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
