import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { Club } from './club.js';

const longestLine = 200;
const patienceMs = 60_000;

/** A step did not end as it must, which has been told; what follows it cannot be played. */
export class StepFailedError extends Error {
  override readonly name = 'StepFailedError';
}

/** What a call of the generated client gives. */
export interface Called<Data> {
  readonly data?: Data | undefined;
  readonly error?: unknown;
  readonly response: Response;
}

/** A record as the API answers it. */
interface OnLedger {
  readonly ledger: { readonly txId: string; readonly block: number };
}

/** An event by its type, and the clubs that hear of it. */
interface Told {
  readonly type: string;
  readonly at: readonly Club[];
}

/** Tells the journey step by step: the request, the answer, the block, and the event as it arrives at the clubs that see it. */
export class Narrator {
  #chapter = 0;
  #line = 0;
  /** steps that ended otherwise than they must */
  failures = 0;

  constructor(private readonly print: (line: string) => void) {}

  chapter(title: string): void {
    this.#chapter += 1;
    this.#line = 0;
    this.print(`\n${this.#chapter}. ${title}`);
  }

  note(text: string): void {
    this.print(`      ${text}`);
  }

  /**
   * A step that must be done.
   *
   * @param event that tells of it; undefined when nothing may change
   * @throws StepFailedError
   */
  async done<Data extends object>(
    text: string,
    event: Told | undefined,
    step: () => Promise<Called<Data>>,
  ): Promise<Extract<Data, OnLedger>> {
    const { data, error, response } = await ask(step);
    if (!isOnLedger(data)) return this.#end(text, response, `${response.status} ${JSON.stringify(error)}`);
    const { txId, block } = data.ledger;
    this.#tell('+', text, response);
    const answer = `${response.status} ${recordIn(data)}`;
    if (event) this.note(`  ${answer}, block ${block}, transaction ${txId.slice(0, 12)}`);
    else this.note(`  ${answer}, nothing had to change since block ${block}`);
    if (event) await this.#hear(text, response, event, txId);
    return data;
  }

  async #hear(text: string, response: Response, { type, at }: Told, txId: string): Promise<void> {
    const heard: string[] = [];
    for (const club of at) {
      const one = await club.inbox.event(type, txId);
      if (!one) return this.#end(text, response, `no event ${type} of ${txId} at ${club.name}`);
      heard.push(`${club.name} (${one.id}, ${one.afterMs} ms later)`);
    }
    this.note(`  event ${type} at ${heard.join(', ')}`);
  }

  /** A step that must be refused with this code. @returns the refusal's details */
  async refused(code: string, text: string, step: () => Promise<Called<unknown>>): Promise<Record<string, unknown>> {
    const { error, response } = await ask(step);
    const { code: got, details = {} } = (error ?? {}) as { code?: string; details?: Record<string, unknown> };
    if (got !== code) {
      this.#fail(text, response, `expected ${code}, got ${response.status} ${JSON.stringify(error ?? 'done')}`);
      return {};
    }
    this.#tell('-', text, response);
    this.note(`  ${response.status}  ${code}${Object.keys(details).length ? ` ${JSON.stringify(details)}` : ''}`);
    return details;
  }

  /** Something that must be so. */
  holds(text: string, actual: unknown, expected: unknown): void {
    if (isDeepStrictEqual(actual, expected)) {
      this.#tell('=', text);
      this.note(`  ${shown(actual)}`);
    } else this.#fail(text, undefined, `expected ${JSON.stringify(expected)}, got ${JSON.stringify(actual)}`);
  }

  #tell(mark: string, text: string, response?: Response): void {
    this.#line += 1;
    this.print(`  ${this.#chapter}.${this.#line} ${mark} ${text}`);
    const request = response && requests.get(response);
    if (request) this.note(`  ${request.length > longestLine ? `${request.slice(0, longestLine)}...` : request}`);
  }

  #fail(text: string, response: Response | undefined, reason: string): void {
    this.failures += 1;
    this.#tell('!', text, response);
    this.note(`  FAILED: ${reason}`);
  }

  #end(text: string, response: Response, reason: string): never {
    this.#fail(text, response, reason);
    throw new StepFailedError(text);
  }
}

/** As a client does: what is away for the moment - a peer that starts, say - is asked again when the answer says so, for a while. */
async function ask<Data>(step: () => Promise<Called<Data>>): Promise<Called<Data>> {
  const deadlineMs = Date.now() + patienceMs;
  for (;;) {
    const answer = await step();
    const seconds = Number(answer.response.headers.get('Retry-After'));
    if (answer.response.status !== 503 || Date.now() > deadlineMs) return answer;
    await delay(seconds * 1000);
  }
}

/** A dry run answers something else; here none is asked for. */
const isOnLedger = <Data extends object>(data: Data | undefined): data is Extract<Data, OnLedger> =>
  data !== undefined && 'ledger' in data;

/** `POST http://... as manager {...}` of each answer that a club's client got. */
export const requests = new WeakMap<Response, string>();

/** Which record answers, in a few words. */
const recordIn = (record: object): string =>
  ['id', 'state'].flatMap((name) => Object.entries(record).find(([field]) => field === name)?.[1] ?? []).join(' ');

/** What holds, in words where the value has none. */
function shown(value: unknown): string {
  const isNothing = value === undefined || (Array.isArray(value) && value.length === 0);
  return isNothing ? 'nothing' : JSON.stringify(value);
}
