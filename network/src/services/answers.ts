import { createConnection } from 'node:net';
import { Client } from 'pg';
import type { PostgresServer } from './postgresServer.js';

const patienceMs = 2_000;

/** Whether Postgres serves this administrator. */
export async function postgresAnswers(administrator: PostgresServer['administrator']): Promise<boolean> {
  const client = new Client({ ...administrator, connectionTimeoutMillis: patienceMs, query_timeout: patienceMs });
  client.on('error', () => {});
  try {
    await client.connect();
    await client.query('SELECT 1');
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => {});
  }
}

/** Whether NATS serves this user: it answers PONG to those it lets in. */
export function natsAnswers(port: number, user: string, password: string): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = createConnection({ host: '127.0.0.1', port, timeout: patienceMs });
  const settle = (is: boolean): void => {
    socket.destroy();
    resolve(is);
  };
  let told = '';
  socket.setEncoding('utf8').on('data', (words: string) => {
    told += words;
    if (/^PONG\r$/m.test(told)) settle(true);
    if (/^-ERR /m.test(told)) settle(false);
  });
  socket.once('connect', () => {
    const options = { user, pass: password, verbose: false, pedantic: false, lang: 'node', version: '0', protocol: 1 };
    socket.write(`CONNECT ${JSON.stringify(options)}\r\nPING\r\n`);
  });
  socket.once('timeout', () => settle(false));
  socket.once('close', () => settle(false));
  socket.on('error', () => settle(false));
  return promise;
}
