import { createHmac, timingSafeEqual } from 'node:crypto';
import { canonicalJson } from '@reciprocal-clubs/chaincode/ledger/canonicalJson.js';
import { ProblemError } from '../http/problem.js';

/** After which item a page goes on: what the register is ordered by. */
export type Position = readonly (string | number)[];

/**
 * Cursors of one register with one set of filters. They are signed: who asks for the next page cannot say where it begins, nor take a
 * cursor to another register.
 */
export class Cursors {
  /** @param register name and filters */
  constructor(
    private readonly key: Buffer,
    private readonly register: readonly [name: string, filters: Readonly<Record<string, unknown>>],
  ) {}

  write(position: Position): string {
    const text = Buffer.from(JSON.stringify(position)).toString('base64url');
    return `${text}.${this.#sign(text).toString('base64url')}`;
  }

  /** @throws ProblemError CURSOR_INVALID */
  read(cursor: string): Position {
    const [text = '', signature = ''] = cursor.split('.');
    const given = Buffer.from(signature, 'base64url');
    const signed = this.#sign(text);
    const isOurs =
      given.length === signed.length && timingSafeEqual(given, signed) && cursor === `${text}.${signature}`;
    if (!isOurs) throw new ProblemError('CURSOR_INVALID');
    return JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) as Position;
  }

  #sign(text: string): Buffer {
    return createHmac('sha256', this.key)
      .update(canonicalJson([...this.register, text]))
      .digest();
  }
}
