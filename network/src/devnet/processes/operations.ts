/**
 * How a process says over HTTP, on this machine only, how it is.
 */
import { createServer, type Server } from 'node:http';
import { PortTakenError } from '../grpc/server.js';

/** Answers by path; undefined is 404. */
export type Report = (path: string) => object | undefined;

export function healthOf(): object {
  const { rss, heapUsed } = process.memoryUsage();
  return { status: 'OK', pid: process.pid, rssBytes: rss, heapUsedBytes: heapUsed, uptimeSeconds: process.uptime() };
}

/** @throws PortTakenError */
export async function serveOperations(port: number, report: Report): Promise<Server> {
  const server = createServer((request, response) => {
    const answer = request.method === 'GET' ? report(request.url ?? '') : undefined;
    response.writeHead(answer ? 200 : 404, { 'content-type': 'application/json' });
    response.end(JSON.stringify(answer ?? { status: 'not found' }));
  });
  const { promise, resolve, reject } = Promise.withResolvers<Server>();
  server.once('error', (error: NodeJS.ErrnoException) =>
    reject(error.code === 'EADDRINUSE' ? new PortTakenError(port) : error),
  );
  server.listen(port, '127.0.0.1', () => resolve(server));
  return promise;
}
