import { once } from 'node:events';
import { createServer, type RequestListener, type ServerResponse } from 'node:http';
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
  const server = createServer({ headersTimeout: headersMs, requestTimeout: requestMs, keepAliveTimeout: idleMs });
  const running = new Set<ServerResponse>();
  server.on('request', (request, response) => {
    running.add(response);
    response.on('close', () => running.delete(response));
    if (!server.listening) lastOfItsConnection(response);
    app(request, response);
  });
  server.maxConnections = mostConnections;
  server.listen(port, host);
  await once(server, 'listening');
  const stop = async (patienceMs: number): Promise<void> => {
    const closed = once(server, 'close');
    server.close();
    for (const response of running) lastOfItsConnection(response);
    const timer = setTimeout(() => server.closeAllConnections(), patienceMs);
    await closed;
    clearTimeout(timer);
  };
  return { port: (server.address() as AddressInfo).port, stop };
}

/** A client that kept its connection would ask nobody next, and the server would wait for it. */
function lastOfItsConnection(response: ServerResponse): void {
  if (!response.headersSent) response.setHeader('Connection', 'close');
}
