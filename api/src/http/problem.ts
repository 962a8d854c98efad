import type { Schemas } from '@reciprocal-clubs/openapi/types';
import { LedgerError } from '../fabric/ledgerError.js';
import { errors, type ErrorCode } from '../openapi/errors.generated.js';
import { isDatabaseAway } from '../postgres/unavailable.js';

type Problem = Schemas['Problem'];

type Faults = readonly { readonly pointer: string; readonly rule: string }[];

/** What a problem tells besides its code. */
export interface ProblemFacts {
  readonly detail?: string;
  /** what a contract says about its refusal */
  readonly details?: Readonly<Record<string, unknown>>;
  readonly operation?: string;
  readonly txId?: string;
  readonly faults?: Faults;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A request that is not answered as it hoped, with its code from the error catalogue. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';

  constructor(
    readonly code: ErrorCode,
    readonly facts: ProblemFacts = {},
    options?: ErrorOptions,
  ) {
    super(`${code}: ${errors[code].title}`, options);
  }

  get status(): number {
    return errors[this.code].status;
  }
}

const mostFaults = 20;
const txIdForm = /^[0-9a-f]{64}$/;

/** The problem that an error is to the caller; INTERNAL for whatever was not foreseen. */
export function problemFrom(error: unknown): ProblemError {
  if (error instanceof ProblemError) return error;
  if (error instanceof LedgerError) return new ProblemError(error.code, factsOf(error.details), { cause: error });
  if (isDatabaseAway(error)) return new ProblemError('DATABASE_UNAVAILABLE', {}, { cause: error });
  return new ProblemError('INTERNAL', {}, { cause: error });
}

/** What has a place of its own in a problem is not among its details. */
export function factsOf({ txId, operation, faults, ...details }: Readonly<Record<string, unknown>>): ProblemFacts {
  return {
    details,
    ...(typeof txId === 'string' && txIdForm.test(txId) && { txId }),
    ...(typeof operation === 'string' && { operation }),
    ...(isFaults(faults) && { faults }),
  };
}

const isFaults = (faults: unknown): faults is Faults =>
  Array.isArray(faults) &&
  faults.every(
    (fault: unknown) =>
      typeof fault === 'object' &&
      fault !== null &&
      Object.keys(fault).toSorted().join() === 'pointer,rule' &&
      Object.values(fault).every((text) => typeof text === 'string'),
  );

/** RFC 9457. Of what went wrong inside it tells nothing but the correlation id, by which the log has it. */
export function problemBody({ code, facts }: ProblemError, correlationId: string): Problem {
  const { status, title, retryable } = errors[code];
  const { detail, details, operation, txId, faults } = facts;
  return {
    type: `https://reciprocal-clubs.example/problems/${code.toLowerCase().replaceAll('_', '-')}`,
    title,
    status,
    code: code as Problem['code'],
    retryable,
    correlationId,
    ...(detail !== undefined && { detail }),
    ...(txId !== undefined && { txId }),
    ...(operation !== undefined && { operation }),
    ...(faults && { faults: faults.slice(0, mostFaults) }),
    ...(details && Object.keys(details).length > 0 && { details: { ...details } }),
  };
}

const retryAfterSeconds = { 409: 1, 503: 2 } as const;

export function problemHeaders({ code, facts, status }: ProblemError): Record<string, string> {
  const seconds = errors[code].retryable && (status === 409 || status === 503) ? retryAfterSeconds[status] : undefined;
  return { ...(seconds !== undefined && { 'Retry-After': String(seconds) }), ...facts.headers };
}
