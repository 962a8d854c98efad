import { isUtf8 } from 'node:buffer';
import express, { type ErrorRequestHandler, type RequestHandler } from 'express';
import type { Operation } from './openapiDocument.js';
import { ProblemError } from './problem.js';

export const bodyLimitBytes = 1024 * 1024;

const parse = express.json({
  limit: bodyLimitBytes,
  inflate: false,
  strict: false,
  type: () => true,
  // Read leniently, other bytes would become other characters.
  verify: (_req, _res, bytes) => {
    if (!isUtf8(bytes)) throw new TypeError('no UTF-8');
  },
});

/** Reads the body of an operation that takes one: JSON in UTF-8, of 1 MiB at most, whose texts are Unicode and hold no NUL. */
export const readBody = ({ hasBody }: Operation): (RequestHandler | ErrorRequestHandler)[] =>
  hasBody ? [requireJson, parse, meaningOfParseError, requireText] : [forgetBody];

/** One spelling from here on: validators are kept by content type, and there must not be one for each way to write it. */
const requireJson: RequestHandler = (req, _res, next) => {
  const [type, ...parameters] = (req.headers['content-type'] ?? '').toLowerCase().split(';');
  const isUtf8 = parameters.every((parameter) => /^\s*charset="?utf-8"?\s*$/.test(parameter));
  if (type?.trim() !== 'application/json' || !isUtf8) throw new ProblemError('UNSUPPORTED_MEDIA_TYPE');
  req.headers['content-type'] = 'application/json';
  next();
};

/** Nobody reads what is sent to an operation that takes nothing. */
const forgetBody: RequestHandler = (req, _res, next) => {
  delete req.headers['content-type'];
  next();
};

/** body-parser's error types (its README, "Errors"). */
const meaningOfParseError: ErrorRequestHandler = (error: unknown, _req, _res, next) => {
  if (error instanceof ProblemError) return next(error);
  const type = typeof error === 'object' && error !== null && 'type' in error ? error.type : undefined;
  if (type === 'entity.too.large') return next(new ProblemError('REQUEST_TOO_LARGE', { detail: '1 MiB is the most.' }));
  if (type === 'encoding.unsupported') return next(new ProblemError('UNSUPPORTED_MEDIA_TYPE'));
  // Words of the parser quote the body.
  next(new ProblemError('MALFORMED_JSON'));
};

const requireText: RequestHandler = (req, _res, next) => {
  const body: unknown = req.body;
  if (body === undefined) throw new ProblemError('INVALID_REQUEST', { faults: [{ pointer: '', rule: 'required' }] });
  if (!holdsText(body)) throw new ProblemError('INVALID_REQUEST', { faults: [{ pointer: '', rule: 'unicode' }] });
  next();
};

/** Neither Postgres nor a canonical form has a place for a NUL or half a character. Without recursion: nothing has bounded the depth yet. */
function holdsText(body: unknown): boolean {
  const left = [body];
  while (left.length > 0) {
    const value = left.pop();
    if (typeof value === 'string' && (!value.isWellFormed() || value.includes('\0'))) return false;
    if (typeof value === 'object' && value !== null) for (const entry of Object.entries(value)) left.push(...entry);
  }
  return true;
}
