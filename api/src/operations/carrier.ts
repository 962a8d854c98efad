import { setTimeout as delay } from 'node:timers/promises';
import { peer } from '@hyperledger/fabric-protos';
import type { Club } from '../club.js';
import { describeError } from '../describeError.js';
import { LedgerError } from '../fabric/ledgerError.js';
import { errors, type ErrorCode } from '../openapi/errors.generated.js';
import { entityTag, readRecord, representation } from '../postgres/recordStore.js';
import { propose } from './propose.js';
import { meaningOf } from './verdict.js';
import type { Command, Subject } from './command.js';
import { Delivery } from './delivery.js';
import type { Answer, Attempt, Operation, OperationStore } from './operationStore.js';

const mostAttempts = 8;
const firstPauseMs = 20;
const databasePauseMs = 500;
const reachMs = 10_000;

/**
 * Carries operations through, from the stored request to the stored answer. Every step goes on from what the database says, so that a
 * process that was killed at any point goes on where it was: an envelope that may have been sent is sent again, and the next one is
 * made only after a verdict.
 */
export class Carrier {
  readonly #running = new Map<string, Promise<Answer>>();
  readonly #end = new AbortController();
  readonly #delivery: Delivery;
  #resumed: Promise<void> = Promise.resolve();

  constructor(
    private readonly club: Club,
    private readonly commands: ReadonlyMap<string, Command>,
    private readonly store: OperationStore,
  ) {
    this.#delivery = new Delivery(club, store, this.#end.signal);
  }

  /** Carries an operation through in the background; asked twice, it is carried once. Rejects only when the process ends before. */
  carry(id: string): Promise<Answer> {
    const running = this.#running.get(id);
    if (running) return running;
    const carried = this.#untilItWorks(`operation ${id} is interrupted`, () => this.#carryOn(id)).finally(() =>
      this.#running.delete(id),
    );
    carried.catch(() => {});
    this.#running.set(id, carried);
    return carried;
  }

  /** Takes up what an earlier process left, as soon as the database answers. */
  start(): void {
    this.#resumed = this.#untilItWorks('operations cannot be taken up', async () => {
      for (const id of await this.store.running()) void this.carry(id);
    }).catch(() => {});
  }

  /** Stops where each operation is; the next process goes on. */
  async close(): Promise<void> {
    this.#end.abort();
    await this.#resumed;
    await Promise.allSettled(this.#running.values());
  }

  /** A database that is away is waited for: what was sent must not be forgotten. @throws when the process ends */
  async #untilItWorks<T>(trouble: string, step: () => Promise<T>): Promise<T> {
    for (;;) {
      this.#end.signal.throwIfAborted();
      try {
        return await step();
      } catch (error) {
        this.#end.signal.throwIfAborted();
        this.club.log.error(trouble, describeError(error));
        await delay(databasePauseMs, undefined, { signal: this.#end.signal });
      }
    }
  }

  async #carryOn(id: string): Promise<Answer> {
    const operation = await this.store.byId(id);
    if (!operation) throw new Error(`there is no operation ${id}`);
    const answer = operation.answer ?? (await this.#answerTo(operation));
    if (!operation.answer) await this.store.finish(id, answer);
    return answer;
  }

  async #answerTo(operation: Operation): Promise<Answer> {
    const command = this.commands.get(operation.command);
    if (!command) return refused('UNKNOWN_COMMAND');
    try {
      return await this.#settle(operation, command, await this.store.lastAttempt(operation.id));
    } catch (error) {
      if (!(error instanceof LedgerError)) throw error;
      const { code, cause } = error;
      if (errors[code].status >= 500)
        this.club.log.warn('a command failed', {
          operation: operation.id,
          code,
          ...(cause !== undefined && describeError(cause)),
        });
      return refused(code, error.details);
    }
  }

  /** One attempt after the other until a verdict ends it. @throws LedgerError when it is certainly not done */
  async #settle(operation: Operation, command: Command, left: Attempt | undefined): Promise<Answer> {
    for (let attempt = left, made = 0; ; made += 1) {
      if (attempt) {
        const verdict = await this.#delivery.verdictOf(operation.id, attempt, attempt === left);
        if (verdict.code === peer.TxValidationCode.VALID) return this.#done(command, operation.request.subject, true);
        await this.#afterInvalid(operation.id, attempt, verdict, made);
      }
      const proposed = await propose(
        this.club,
        this.club.ledger[command.signer],
        operation.command,
        operation.request.ledger,
      ).catch(unexpected);
      if (proposed === 'unchanged') return this.#unchanged(command, operation.request.subject);
      const n = (attempt?.n ?? 0) + 1;
      const { height } = this.club.notifications;
      await this.store.addAttempt(operation.id, n, proposed, height);
      const { txId, envelope } = proposed;
      attempt = { n, txId, envelope: Buffer.from(envelope), height, verdict: undefined };
    }
  }

  /**
   * Another transaction came first, mostly: made anew, the command may be done.
   *
   * @param made attempts since the operation was taken up: whoever asks again is not told what an earlier try came to
   * @throws LedgerError when it will not be tried again
   */
  async #afterInvalid(
    operationId: string,
    { txId }: Attempt,
    { block, code }: { block: number; code: number },
    made: number,
  ): Promise<void> {
    const meaning = meaningOf(code);
    const details = { txId, block, validationCode: code };
    this.club.log.warn('a transaction was not applied', { operation: operationId, code: meaning, ...details });
    if (meaning === 'TRANSACTION_INVALID' || made >= mostAttempts) throw new LedgerError(meaning, details);
    await delay(firstPauseMs * 2 ** made * (0.5 + Math.random()), undefined, { signal: this.#end.signal });
  }

  async #unchanged(command: Command, subject: Subject): Promise<Answer> {
    // The peer knows of it; the read model may be a block behind.
    await this.club.notifications.reach(await this.club.ledger[command.signer].height(), reachMs);
    return this.#done(command, subject, false);
  }

  async #done(command: Command, subject: Subject, changed: boolean): Promise<Answer> {
    const record = await readRecord(this.club.pool, subject.kind, subject.id);
    if (!record) throw new LedgerError('READ_MODEL_BEHIND');
    const location = changed ? command.creates?.(subject) : undefined;
    return {
      status: location === undefined ? 200 : 201,
      body: representation(record),
      headers: { ETag: entityTag(record), ...(location !== undefined && { Location: location }) },
    };
  }
}

/** Nothing was sent: what is wrong here stays wrong, and is told. */
function unexpected(error: unknown): never {
  throw error instanceof LedgerError ? error : new LedgerError('INTERNAL', {}, { cause: error });
}

const refused = (code: ErrorCode, details: Readonly<Record<string, unknown>> = {}): Answer => ({
  status: errors[code].status,
  code,
  details,
});
