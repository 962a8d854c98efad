import { errors, type ErrorCode } from '../openapi/errors.generated';
import { canonicalJson } from './canonicalJson';

export type RefusalDetails = Record<string, unknown>;

/**
 * A contract says no. The message that leaves the peer is `CODE: sentence`, followed by the details as canonical JSON if there are any.
 * Details of a sealed command may be private: they leave only in the payload of `sealed:prepare`, which the caller alone reads.
 */
export class Refusal extends Error {
  override readonly name: string = 'Refusal';

  readonly #details: RefusalDetails | (() => RefusalDetails);

  /** @param details a function where they cost something: a submission tells its code alone, and never computes them */
  constructor(
    readonly code: ErrorCode,
    details: RefusalDetails | (() => RefusalDetails) = {},
  ) {
    super(refusalText(code, typeof details === 'function' ? {} : details));
    this.#details = details;
  }

  get details(): RefusalDetails {
    return typeof this.#details === 'function' ? this.#details() : this.#details;
  }

  get sentence(): string {
    return errors[this.code].title;
  }
}

/** Nothing would change: the request was carried out before, or the record is already so. Carries the record as it is. */
export class AlreadyDone extends Refusal {
  override readonly name = 'AlreadyDone';

  constructor(readonly record: unknown) {
    super('ALREADY_DONE');
  }
}

function refusalText(code: ErrorCode, details: RefusalDetails): string {
  const suffix = Object.keys(details).length ? ` ${canonicalJson(details)}` : '';
  return `${code}: ${errors[code].title}${suffix}`;
}
