import { randomUUID } from 'node:crypto';
import type { RequestHandler, Response } from 'express';
import type { Logger } from 'winston';
import type { ClubMetrics } from './metrics.js';
import type { Operation } from './openapiDocument.js';
import type { Caller, TokenRole } from './route.js';

/** What is known of a request while it is answered. */
export interface Exchange {
  readonly correlationId: string;
  operation?: Operation;
  caller?: Caller & { role?: TokenRole };
  /** of the problem that was answered */
  code?: string;
}

export const exchangeOf = (res: Response): Exchange => res.locals as Exchange;

const usableId = /^[A-Za-z0-9_-]{8,64}$/;

/** The first step of every request: what stands on every answer, and one line in the log and one measurement when it is over. */
export function openExchange(
  { notifications }: { notifications: { readonly height: number } },
  log: Logger,
  metrics: ClubMetrics,
): RequestHandler {
  return (req, res, next) => {
    const sent = req.get('Correlation-Id') ?? '';
    const correlationId = usableId.test(sent) ? sent : randomUUID();
    Object.assign(res.locals, { correlationId } satisfies Exchange);
    res.set({
      'Correlation-Id': correlationId,
      'Ledger-Height': String(notifications.height),
      'Cache-Control': 'no-store',
      'X-Content-Type-Options': 'nosniff',
      'X-Frame-Options': 'DENY',
      'Referrer-Policy': 'no-referrer',
      'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
    });
    const startedMs = performance.now();
    res.on('close', () => {
      const { operation, caller, code } = exchangeOf(res);
      const ms = Math.round(performance.now() - startedMs);
      const status = res.writableFinished ? res.statusCode : 'aborted';
      const route = operation?.path ?? 'none';
      metrics.answered({ method: req.method, route, status, code, ms });
      log.info('request', { correlationId, method: req.method, route, status, ms, code, role: caller?.role });
    });
    next();
  };
}
