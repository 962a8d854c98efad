import { createConnection } from 'node:net';
import type { ProcessPlan } from './managed-process.js';

const connectPatienceMs = 1_000;

/** @throws Error that names the first port which something else holds, and who needs it */
export async function requireFreePorts(plans: readonly ProcessPlan[]): Promise<void> {
  for (const { host, ports, role } of plans) {
    for (const port of ports) {
      if (await listens(host, port))
        throw new Error(`Port ${port} is taken by another program. ${role} needs it (see consortium.yaml).`);
    }
  }
}

export function listens(host: string, port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = createConnection({ host, port, timeout: connectPatienceMs });
  const settle = (listening: boolean): void => {
    socket.destroy();
    resolve(listening);
  };
  socket.once('connect', () => settle(true));
  socket.once('timeout', () => settle(false));
  socket.once('error', () => settle(false));
  return promise;
}
