import { randomBytes } from 'node:crypto';
import type { Schemas } from '@reciprocal-clubs/openapi/types';

/** Name under which every sealed command is submitted; what it is stands in transient data. */
export const sealedSubmit = 'sealed:submit';
export const sealedPrepare = 'sealed:prepare';
export const envelopeVersion = '1';

/** What `sealed:prepare` answers. */
export type Prepared = Schemas['Prepared'];

/** The transient data of one sealed command. The same fresh bytes serve prepare and submit: records differ in their times alone. */
export class SealedEnvelope {
  readonly #fresh = randomBytes(32);

  constructor(
    readonly command: string,
    readonly request: object,
  ) {}

  transient(carry?: Prepared['carry']): Record<string, Buffer> {
    return {
      command: Buffer.from(this.command),
      request: Buffer.from(JSON.stringify(this.request)),
      fresh: this.#fresh,
      ...(carry && { carry: Buffer.from(JSON.stringify(carry)) }),
    };
  }
}

/** @throws TypeError when the chaincode answered something else */
export function parsePrepared(bytes: Uint8Array): Prepared {
  const value: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'));
  if (!isPrepared(value)) throw new TypeError('sealed:prepare gave no answer of its form');
  return value;
}

function isPrepared(value: unknown): value is Prepared {
  return typeof value === 'object' && value !== null && 'outcome' in value && 'carry' in value && 'endorsers' in value;
}
