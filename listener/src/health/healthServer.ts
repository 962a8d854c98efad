import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Metrics, Watched } from './metrics.js';

export interface HealthServer {
  readonly port: number;
  stop(): Promise<void>;
}

/** Serves `/health/live`, `/health/ready` and `/metrics`. @param port 0 for any @throws Error when the port is taken */
export async function serveHealth(
  { host, port }: { host: string; port: number },
  clubs: readonly Watched[],
  metrics: Metrics,
): Promise<HealthServer> {
  const server = createServer((request, response) => {
    answer(request.url ?? '', clubs, metrics, response).catch(() => response.writeHead(500).end());
  });
  server.listen(port, host);
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, stop: () => stop(server) };
}

async function answer(
  path: string,
  clubs: readonly Watched[],
  metrics: Metrics,
  response: ServerResponse,
): Promise<void> {
  switch (path) {
    case '/health/live':
      return json(response, 200, { status: 'live' });
    case '/health/ready':
      return ready(response, clubs);
    case '/metrics': {
      const text = await metrics.text(clubs);
      response.writeHead(200, { 'Content-Type': metrics.registry.contentType }).end(text);
      return;
    }
    default:
      return json(response, 404, { status: 'not found' });
  }
}

/** Ready when every club follows its peer; otherwise each says why it does not. A height that stands is no fault of the listener's. */
function ready(response: ServerResponse, clubs: readonly Watched[]): void {
  const isReady = clubs.every(({ status }) => status.state === 'following');
  const states = clubs.map(({ id, status: { state, reason, since, height }, standingSince }) => [
    id,
    { state, reason, since, height, ...(standingSince && { standingSince }) },
  ]);
  json(response, isReady ? 200 : 503, {
    status: isReady ? 'ready' : 'not ready',
    clubs: Object.fromEntries(states) as unknown,
  });
}

function json(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(`${JSON.stringify(body)}\n`);
}

async function stop(server: Server): Promise<void> {
  server.close();
  server.closeAllConnections();
  await once(server, 'close');
}
