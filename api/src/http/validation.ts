import type { ErrorRequestHandler, RequestHandler } from 'express';
import { middleware } from 'express-openapi-validator';
import { ProblemError } from './problem.js';

type ApiSpec = Parameters<typeof middleware>[0]['apiSpec'];

/**
 * Holds requests against the document, strictly: what it does not name is refused.
 *
 * @param responses hold answers against it too; one that differs becomes INTERNAL
 */
export function validate(documentText: string, responses: boolean): (RequestHandler | ErrorRequestHandler)[] {
  return [
    ...middleware({
      apiSpec: JSON.parse(documentText) as Exclude<ApiSpec, string>,
      validateApiSpec: false,
      validateRequests: { allowUnknownQueryParameters: false, allErrors: true },
      validateResponses: responses,
      validateSecurity: false,
      fileUploader: false,
    }),
    meaningOfFaults,
  ];
}

interface Fault {
  readonly path: string;
  readonly errorCode?: string;
}

/** The validator's errors name places as /body/..., /query/..., /params/..., /headers/... */
const meaningOfFaults: ErrorRequestHandler = (error: unknown, _req, _res, next) => {
  const faults = faultsOf(error);
  if (!faults) return next(error);
  const ofBody = faults.filter(({ pointer }) => isOfBody(pointer));
  if (faults.some(({ pointer, rule }) => pointer === '/header/idempotency-key' && rule === 'required')) {
    return next(new ProblemError('IDEMPOTENCY_KEY_REQUIRED'));
  }
  if (ofBody.length < faults.length) {
    return next(new ProblemError('INVALID_PARAMETER', { faults: faults.filter(({ pointer }) => !isOfBody(pointer)) }));
  }
  const inside = ofBody.map(({ pointer, rule }) => ({ pointer: pointer.slice('/body'.length), rule }));
  next(new ProblemError('INVALID_REQUEST', { faults: inside }));
};

const isOfBody = (pointer: string): boolean => pointer === '/body' || pointer.startsWith('/body/');

const longestPointer = 300;

/** undefined: it is not the client's fault */
function faultsOf(error: unknown): { pointer: string; rule: string }[] | undefined {
  if (typeof error !== 'object' || error === null || !('status' in error) || error.status !== 400) return undefined;
  if (!('errors' in error) || !Array.isArray(error.errors)) return undefined;
  return (error.errors as Fault[]).map(({ path, errorCode = 'unknown' }) => ({
    pointer: path
      .replace(/^\/params\//, '/path/')
      .replace(/^\/headers\//, '/header/')
      .slice(0, longestPointer),
    rule: errorCode.replace('.openapi.validation', ''),
  }));
}
