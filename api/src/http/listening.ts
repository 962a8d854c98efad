import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

const headersMs = 10_000;
const requestMs = 30_000;
const idleMs = 65_000;
const mostConnections = 2_000;

/** A server that listens. */
export interface Listening {
  readonly port: number;
  /** Takes no more requests, lets those that run finish, and ends those that take longer. */
  stop(patienceMs: number): Promise<void>;
}

/** @param port 0: any that is free @throws Error when the port cannot be had */
export async function listen(app: RequestListener, { host, port }: { host: string; port: number }): Promise<Listening> {
  const server = createServer({ headersTimeout: headersMs, requestTimeout: requestMs, keepAliveTimeout: idleMs }, app);
  server.maxConnections = mostConnections;
  server.listen(port, host);
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, stop: (patienceMs) => stop(server, patienceMs) };
}

async function stop(server: Server, patienceMs: number): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  // A client that keeps its connection would send the next request to nobody.
  server.on('request', (_request, response) => response.setHeader('Connection', 'close'));
  const timer = setTimeout(() => server.closeAllConnections(), patienceMs);
  await closed;
  clearTimeout(timer);
}
