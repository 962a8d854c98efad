import { register as processMetrics, Registry } from 'prom-client';
import { docsPage } from './docs.js';
import type { ClubMetrics } from './metrics.js';
import type { OpenapiDocument } from './openapiDocument.js';
import type { Reply, Routes } from './route.js';
import type { TokenKey } from './tokenKey.js';

interface Node {
  readonly club: string;
  readonly channel: string;
  readonly document: OpenapiDocument;
  readonly key: TokenKey;
  readonly metrics: ClubMetrics;
}

/** What the node says of itself to everybody. */
export function nodeRoutes({ club, channel, document, key, metrics }: Node): Routes {
  const shown = Registry.merge([processMetrics, metrics.registry]);
  const version = { name: 'Reciprocal Clubs', version: document.version, node: process.version, club, channel };
  return {
    'node.ping': json({ pong: true }),
    'node.version': json(version),
    'node.jwks': json({ keys: [key.publicJwk] }),
    'node.openapi': text(document.text, 'application/json; charset=utf-8'),
    'node.docs': docsPage,
    'node.metrics': async () => ({
      status: 200,
      body: await shown.metrics(),
      headers: { 'Content-Type': shown.contentType },
    }),
  };
}

const json = (body: object) => (): Promise<Reply> => Promise.resolve({ status: 200, body });

const text = (body: string, type: string) => (): Promise<Reply> =>
  Promise.resolve({ status: 200, body, headers: { 'Content-Type': type } });
