import type { ErrorRequestHandler, Request, RequestHandler, Response } from 'express';
import type { Schemas } from '@reciprocal-clubs/openapi/types';
import type { Logger } from 'winston';
import { describeError } from '../describeError.js';
import { exchangeOf } from './exchange.js';
import { problemBody, ProblemError, problemFrom, problemHeaders } from './problem.js';
import type { Reply, Route, RouteRequest } from './route.js';

/** Asks a route and sends what it replies. */
export const answerWith =
  (route: Route): RequestHandler =>
  async (req, res) => {
    send(res, await route(routeRequest(req, res)));
  };

function routeRequest(req: Request, res: Response): RouteRequest {
  const { correlationId, caller } = exchangeOf(res);
  const { role } = caller ?? {};
  return {
    params: Object.fromEntries(Object.entries(req.params).map(([name, value]) => [name, String(value)])),
    query: req.query,
    body: req.body as unknown,
    caller: caller && role && { ...caller, role },
    correlationId,
    header: (name) => req.get(name),
  };
}

function send(res: Response, { status, body, headers = {} }: Reply): void {
  res.status(status).set(headers);
  if (body) raiseHeight(res, body);
  if (body === undefined) res.end();
  else if (typeof body === 'string' || Buffer.isBuffer(body)) res.send(body);
  else res.json(body);
}

/** A record of a block that came after the request did: the read model has that block. */
function raiseHeight(res: Response, body: object | string): void {
  if (!(typeof body === 'object' && 'ledger' in body)) return;
  const { block } = body.ledger as Schemas['LedgerPlace'];
  if (block >= Number(res.get('Ledger-Height'))) res.set('Ledger-Height', String(block + 1));
}

/** The last step of what went wrong: a problem to the caller, and what only the operator may know to the log. */
export const answerProblem =
  (log: Logger): ErrorRequestHandler =>
  (error: unknown, _req, res, next) => {
    if (res.headersSent) return next(error);
    const exchange = exchangeOf(res);
    const problem = refused(error) ?? problemFrom(error);
    exchange.code = problem.code;
    if (problem.status >= 500) {
      log.error('problem', {
        correlationId: exchange.correlationId,
        code: problem.code,
        operation: problem.facts.operation,
        ...(problem.cause !== undefined && describeError(problem.cause)),
      });
    }
    res
      .status(problem.status)
      .set(problemHeaders(problem))
      .type('application/problem+json')
      .json(problemBody(problem, exchange.correlationId));
  };

/** Express itself refuses paths that are no URL, and conditions on a file that do not hold: the client's fault, whatever it is. */
function refused(error: unknown): ProblemError | undefined {
  if (error instanceof URIError) return new ProblemError('ROUTE_NOT_FOUND');
  if (error instanceof ProblemError || !(error instanceof Error && 'status' in error)) return undefined;
  const status = Number(error.status);
  return status >= 400 && status < 500 ? new ProblemError('INVALID_PARAMETER') : undefined;
}
