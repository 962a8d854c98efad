import { errors, type ErrorCode } from '../openapi/errors.generated.js';

/** Something the ledger did not do, with its code from the error catalogue. */
export class LedgerError extends Error {
  override readonly name: string = 'LedgerError';

  constructor(
    readonly code: ErrorCode,
    readonly details: Record<string, unknown> = {},
    options?: ErrorOptions,
  ) {
    super(`${code}: ${errors[code].title}`, options);
  }

  get retryable(): boolean {
    return errors[this.code].retryable;
  }
}

/** A contract said no. Nothing was ordered. */
export class RefusedError extends LedgerError {
  override readonly name = 'RefusedError';

  /** @param refusedBy MSP ids of the organisations whose peers refused; a partner's peer may say whatever it likes */
  constructor(
    code: ErrorCode,
    details: Record<string, unknown> = {},
    readonly refusedBy: readonly string[] = [],
  ) {
    super(code, details);
  }
}

export const isErrorCode = (code: string): code is ErrorCode => Object.hasOwn(errors, code);
