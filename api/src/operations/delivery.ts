import type { Club } from '../club.js';
import { LedgerError } from '../fabric/ledgerError.js';
import type { Attempt, OperationStore } from './operationStore.js';

const firstResendMs = 250;
const lastResendMs = 5_000;
const lookAgainMs = 5_000;

/** Half of the blocks for which peers keep the private data of a transaction that is not in a block (transientstoreMaxBlockRetention, by default 1,000). */
const resendForBlocks = 500;

/** Sends envelopes, and waits for what the listener says of them. */
export class Delivery {
  constructor(
    private readonly club: Club,
    private readonly store: OperationStore,
    private readonly signal: AbortSignal,
  ) {}

  /**
   * Sends an envelope until its block is seen. After an ambiguous answer the same envelope is sent again: its id is the same, so it is
   * applied once at most. Once it may have been ordered, only its block ends that. It is not sent again once its block is seen, nor when
   * the peers may have dropped its private data.
   *
   * @param mayHaveBeenSent by another process, one that was killed for instance
   * @returns the verdict
   * @throws LedgerError ORDERING_UNAVAILABLE when it certainly was never ordered; the attempt is forgotten then
   */
  async verdictOf(
    operationId: string,
    attempt: Attempt,
    mayHaveBeenSent: boolean,
  ): Promise<NonNullable<Attempt['verdict']>> {
    if (mayHaveBeenSent && !(await this.store.takeUp(operationId, attempt.n)))
      throw new Error('the envelope was forgotten meanwhile: it was never ordered');
    const watch = this.club.notifications.watch(operationId);
    let accepted = false;
    try {
      for (let sends = 0, pauseMs = firstResendMs; ; pauseMs = Math.min(pauseMs * 2, lastResendMs)) {
        const verdict = sends === 0 ? attempt.verdict : (await this.store.lastAttempt(operationId))?.verdict;
        if (verdict) return verdict;
        const isAgain = mayHaveBeenSent || sends > 0;
        if (!accepted && (!isAgain || (await this.#maySendAgain(attempt))))
          accepted = await this.#send(operationId, attempt, isAgain);
        sends += 1;
        await watch.notice(accepted ? lookAgainMs : pauseMs, this.signal);
        this.signal.throwIfAborted();
      }
    } finally {
      watch.end();
    }
  }

  /** By the peer's height: the read model may be behind, or being built anew. */
  async #maySendAgain({ height }: Attempt): Promise<boolean> {
    try {
      return (await this.club.ledger.client.height()) - height <= resendForBlocks;
    } catch (error) {
      if (error instanceof LedgerError) return false;
      throw error;
    }
  }

  async #send(operationId: string, { n, envelope }: Attempt, mayHaveBeenSent: boolean): Promise<boolean> {
    try {
      return (await this.club.ledger.client.send(envelope)).accepted;
    } catch (error) {
      if (!(error instanceof LedgerError) || mayHaveBeenSent) return false;
      if (await this.store.dropAttempt(operationId, n)) throw error;
      return false;
    }
  }
}
