import type { CloseableAsyncIterable, Network } from '@hyperledger/fabric-gateway';
import { common, type peer } from '@hyperledger/fabric-protos';
import { proposalError } from './gatewayErrors.js';

/** Verdict of the network on one transaction. */
export interface Outcome {
  readonly blockNumber: number;
  /** `peer.TxValidationCode` */
  readonly validationCode: number;
}

const firstBackoffMs = 50;
const lastBackoffMs = 2_000;
const keptOutcomes = 10_000;

/**
 * Outcomes of an identity's transactions as the club's own peer commits them: one block stream, no call per transaction. A stream that ends is
 * opened again at the first block that was not seen, so that no outcome is missed.
 */
export class Outcomes {
  readonly #network: Network;
  readonly #mspId: string;
  readonly #waiting = new Map<string, (outcome: Outcome | undefined) => void>();
  readonly #seen = new Map<string, Outcome>();
  readonly #heights = new Set<{ blockNumber: number; settle: (reached: boolean) => void }>();
  #nextBlock = 0n;
  #stream: CloseableAsyncIterable<peer.FilteredBlock> | undefined;
  #opened: Promise<void> | undefined;
  #following: Promise<void> = Promise.resolve();
  readonly #end = new AbortController();

  /** @param mspId of the club whose own peer is asked */
  constructor(network: Network, mspId: string) {
    this.#network = network;
    this.#mspId = mspId;
  }

  /**
   * Every block from now on is seen: call it before submitting.
   *
   * @throws LedgerError PEER_UNAVAILABLE, IDENTITY_REFUSED
   */
  open(): Promise<void> {
    this.#opened ??= this.#start().catch((error: unknown) => {
      this.#opened = undefined;
      throw proposalError(error);
    });
    return this.#opened;
  }

  /** The outcome of a transaction; undefined when it did not come in time. */
  wait(txId: string, timeoutMs: number): Promise<Outcome | undefined> {
    const seen = this.#seen.get(txId);
    if (seen) return Promise.resolve(seen);
    return new Promise((resolve) => {
      const settle = (outcome: Outcome | undefined): void => {
        clearTimeout(timer);
        this.#waiting.delete(txId);
        resolve(outcome);
      };
      const timer = setTimeout(() => settle(undefined), timeoutMs);
      this.#waiting.set(txId, settle);
    });
  }

  /** Resolves when the peer has committed this block: what it answers from then on knows of it. False when it did not in time. */
  async reach(blockNumber: number, timeoutMs: number): Promise<boolean> {
    await this.open();
    if (this.#nextBlock > blockNumber) return true;
    return new Promise((resolve) => {
      const settle = (reached: boolean): void => {
        clearTimeout(timer);
        this.#heights.delete(waiter);
        resolve(reached);
      };
      const waiter = { blockNumber, settle };
      const timer = setTimeout(() => settle(false), timeoutMs);
      this.#heights.add(waiter);
    });
  }

  async close(): Promise<void> {
    this.#end.abort();
    this.#stream?.close();
    for (const giveUp of [...this.#waiting.values()]) giveUp(undefined);
    for (const { settle } of [...this.#heights]) settle(false);
    await this.#following;
  }

  async #start(): Promise<void> {
    const info = await this.#network.getContract('qscc').evaluate('GetChainInfo', {
      arguments: [this.#network.getName()],
      endorsingOrganizations: [this.#mspId],
    });
    this.#nextBlock = BigInt(common.BlockchainInfo.deserializeBinary(info).getHeight());
    this.#following = this.#follow();
  }

  async #follow(): Promise<void> {
    let backoffMs = firstBackoffMs;
    while (!this.#end.signal.aborted) {
      try {
        this.#stream = await this.#network.getFilteredBlockEvents({ startBlock: this.#nextBlock });
        // Closed while the stream was being opened: nobody else closes this one.
        if (this.#end.signal.aborted) break;
        for await (const block of this.#stream) {
          this.#note(block);
          backoffMs = firstBackoffMs;
        }
      } catch {
        // The peer went away, refused for the moment, or ended the stream: all mean, try again (a graceful end surfaces as a TypeError).
      } finally {
        this.#stream?.close();
      }
      await this.#pause(backoffMs);
      backoffMs = Math.min(backoffMs * 2, lastBackoffMs);
    }
  }

  #note(block: peer.FilteredBlock): void {
    const blockNumber = block.getNumber();
    for (const transaction of block.getFilteredTransactionsList()) {
      const txId = transaction.getTxid();
      const outcome = { blockNumber, validationCode: transaction.getTxValidationCode() };
      // An id that comes twice is invalid the second time; the first verdict stands.
      if (!this.#seen.has(txId)) this.#seen.set(txId, outcome);
      this.#waiting.get(txId)?.(outcome);
    }
    this.#nextBlock = BigInt(blockNumber) + 1n;
    for (const waiter of this.#heights) if (waiter.blockNumber <= blockNumber) waiter.settle(true);
    for (const txId of this.#seen.keys()) {
      if (this.#seen.size <= keptOutcomes) break;
      this.#seen.delete(txId);
    }
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#end.signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      this.#end.signal.addEventListener('abort', done);
    });
  }
}
