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

/** A transaction is in a block and was not applied. */
export class InvalidTransactionError extends LedgerError {
  override readonly name = 'InvalidTransactionError';

  constructor(
    code: ErrorCode,
    readonly committed: { readonly txId: string; readonly blockNumber: number; readonly validationCode: number },
  ) {
    super(code, { ...committed });
  }
}

export const isErrorCode = (code: string): code is ErrorCode => Object.hasOwn(errors, code);
