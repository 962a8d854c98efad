import { isDeepStrictEqual } from 'node:util';
import { LedgerError } from '@reciprocal-clubs/api/fabric/ledgerError.js';
import type { Committed } from '@reciprocal-clubs/api/fabric/submission.js';

/** A step did not end as it must, which has been told; what follows it cannot be played. */
export class StepFailedError extends Error {
  override readonly name = 'StepFailedError';
}

/** Tells the journey step by step, and notices when a step does not end as it must. */
export class Narrator {
  #step = 0;
  #line = 0;
  /** steps that ended otherwise than they must */
  failures = 0;

  /** @param settle waits until every club's peer has a block: the next step may be another club's */
  constructor(
    private readonly print: (line: string) => void,
    private readonly settle: (blockNumber: number) => Promise<void>,
  ) {}

  chapter(title: string): void {
    this.#step += 1;
    this.#line = 0;
    this.print(`\n${this.#step}. ${title}`);
  }

  note(text: string): void {
    this.print(`      ${text}`);
  }

  /** A step that must be done. */
  async done<T extends { committed: Committed | undefined; result: unknown }>(
    text: string,
    step: () => Promise<T>,
  ): Promise<T> {
    const outcome = await this.#attempt(text, step);
    const { committed } = outcome;
    this.#tell('done', text, committed ? `${proof(committed)} VALID` : 'no transaction: nothing had to change');
    if (committed)
      await this.#attempt(`every peer has block ${committed.blockNumber}`, () => this.settle(committed.blockNumber));
    return outcome;
  }

  /** A step that must be refused with this code. @returns the refusal's details */
  async refused(code: string, text: string, step: () => Promise<unknown>): Promise<Record<string, unknown>> {
    try {
      await step();
    } catch (error) {
      if (error instanceof LedgerError && error.code === code) {
        const details = Object.keys(error.details).length ? ` ${JSON.stringify(error.details)}` : '';
        this.#tell('refused', text, `${code}${details}`);
        return error.details;
      }
      this.#fail(text, `expected ${code}, got ${describe(error)}`);
      return {};
    }
    this.#fail(text, `expected ${code}, but it was done`);
    return {};
  }

  /** Something that must be so. */
  holds(text: string, actual: unknown, expected: unknown): void {
    if (isDeepStrictEqual(actual, expected)) this.#tell('holds', text, shown(actual));
    else this.#fail(text, `expected ${JSON.stringify(expected)}, got ${JSON.stringify(actual)}`);
  }

  async #attempt<T>(text: string, step: () => Promise<T>): Promise<T> {
    try {
      return await step();
    } catch (error) {
      this.#fail(text, describe(error));
      throw new StepFailedError(text, { cause: error });
    }
  }

  #tell(kind: 'done' | 'refused' | 'holds', text: string, proofText: string): void {
    this.#line += 1;
    const mark = { done: '+', refused: '-', holds: '=' }[kind];
    this.print(`  ${this.#step}.${this.#line} ${mark} ${text}\n        ${proofText}`);
  }

  #fail(text: string, reason: string): void {
    this.failures += 1;
    this.#line += 1;
    this.print(`  ${this.#step}.${this.#line} ! ${text}\n        FAILED: ${reason}`);
  }
}

/** What holds, in words where the value has none. */
function shown(value: unknown): string {
  const isNothing = value === undefined || (Array.isArray(value) && value.length === 0);
  return isNothing ? 'nothing' : JSON.stringify(value);
}

const proof = ({ txId, blockNumber, endorsers }: Committed): string =>
  `transaction ${txId.slice(0, 12)} block ${blockNumber} endorsed by ${endorsers.join(', ')}`;

const describe = (error: unknown): string => {
  if (error instanceof LedgerError)
    return `${error.code} ${JSON.stringify(error.details)}${error.cause instanceof Error ? ` (${error.cause.message})` : ''}`;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
};
