import express, { Router, type Express, type RequestHandler } from 'express';
import type { Logger } from 'winston';
import { readBody } from './body.js';
import { docsAssets } from './docs.js';
import { exchangeOf, openExchange } from './exchange.js';
import { guard } from './guard.js';
import type { ClubMetrics } from './metrics.js';
import type { OpenapiDocument, Operation } from './openapiDocument.js';
import { ProblemError } from './problem.js';
import { answerProblem, answerWith } from './respond.js';
import type { Route, Routes } from './route.js';
import type { TokenKey } from './tokenKey.js';
import { validate } from './validation.js';

export interface PipelineParts {
  readonly club: { readonly id: string; readonly notifications: { readonly height: number } };
  readonly document: OpenapiDocument;
  readonly key: TokenKey;
  readonly routes: Routes;
  readonly metrics: ClubMetrics;
  readonly log: Logger;
  /** hold answers against the document too */
  readonly validateResponses: boolean;
}

/**
 * The API of one club: every operation of the document and nothing else. A request is named and measured, admitted, read, held against
 * the document, and answered by the operation's route.
 *
 * @throws Error when an operation has no route, or a route no operation
 */
export function pipeline({ club, document, key, routes, metrics, log, validateResponses }: PipelineParts): Express {
  const app = express().disable('x-powered-by').disable('etag').set('query parser', 'simple');
  app.enable('strict routing').enable('case sensitive routing');
  const admit = guard(club.id, key);
  const held = validate(document.text, validateResponses);
  const router = Router({ strict: true, caseSensitive: true });
  const { operations } = document;
  requireSame(operations, routes);
  for (const path of new Set(operations.map((operation) => operation.path))) {
    const here = operations.filter((operation) => operation.path === path);
    const entry = router.route(path).head(otherMethod(here));
    for (const operation of here) {
      const handlers = [
        named(operation),
        ...admit(operation),
        ...readBody(operation),
        ...held,
        answerWith(routeOf(routes, operation)),
      ];
      entry[operation.method](...handlers);
    }
    entry.all(otherMethod(here));
  }
  app.use(openExchange(club, log, metrics));
  app.use(originForm);
  app.use(docsAssets());
  app.use(router);
  app.use(() => {
    throw new ProblemError('ROUTE_NOT_FOUND');
  });
  app.use(answerProblem(log));
  return app;
}

/** RFC 9112, 3.2.1. What is meant for a proxy, or holds a fragment, names no path of ours; router and validator would read it differently. */
const originForm: RequestHandler = (req, _res, next) => {
  if (!/^\/[^#]*$/.test(req.url)) throw new ProblemError('ROUTE_NOT_FOUND');
  next();
};

const named =
  (operation: Operation): RequestHandler =>
  (_req, res, next) => {
    exchangeOf(res).operation = operation;
    next();
  };

function otherMethod(operations: readonly Operation[]): RequestHandler {
  const allow = operations.map(({ method }) => method.toUpperCase()).join(', ');
  return () => {
    throw new ProblemError('METHOD_NOT_ALLOWED', { headers: { Allow: allow } });
  };
}

function requireSame(operations: readonly Operation[], routes: Routes): void {
  const declared = new Set(operations.map(({ id }) => id));
  const missing = [...declared].filter((id) => !routes[id]);
  const extra = Object.keys(routes).filter((id) => !declared.has(id));
  if (missing.length > 0) throw new Error(`operations without a route: ${missing.join(', ')}`);
  if (extra.length > 0) throw new Error(`routes without an operation: ${extra.join(', ')}`);
}

function routeOf(routes: Routes, { id }: Operation): Route {
  const route = routes[id];
  if (!route) throw new Error(`operation ${id} has no route`);
  return route;
}
