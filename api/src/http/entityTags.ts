import { createHash } from 'node:crypto';
import type { Reply, RouteRequest } from './route.js';

/** The ETag of an answer that has no version of its own. */
export function tagOf(body: object | Buffer): string {
  const bytes = Buffer.isBuffer(body) ? body : JSON.stringify(body);
  return `"${createHash('sha256').update(bytes).digest('base64url')}"`;
}

/** 304 when the caller has this version (RFC 9110, 13.1.2). */
export function unlessKnown({ header }: Pick<RouteRequest, 'header'>, reply: Reply): Reply {
  const known = (header('If-None-Match') ?? '').split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  const tag = reply.headers?.['ETag'];
  if (tag === undefined || !(known.includes(tag) || known.includes('*'))) return reply;
  return { status: 304, headers: { ETag: tag } };
}
