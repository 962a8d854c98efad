import { createConnection, type Socket } from 'node:net';
import { connect } from 'node:tls';
import type { ProcessPlan } from './managedProcess.js';

const patienceMs = 1_000;

/** What needs ports of this machine. */
export type PortUser = Pick<ProcessPlan, 'host' | 'ports' | 'role'>;

/** @throws Error that names the first port which something else holds, and who needs it */
export async function requireFreePorts(users: readonly PortUser[]): Promise<void> {
  for (const { host, ports, role } of users) {
    for (const port of ports) {
      if (await listens(host, port))
        throw new Error(`Port ${port} is taken by another program. ${role} needs it (see consortium.yaml).`);
    }
  }
}

/** Whether anything listens there. */
export function listens(host: string, port: number): Promise<boolean> {
  return connects(createConnection({ host, port, timeout: patienceMs }), 'connect');
}

/** Whether it is a server with a certificate of this authority (PEM) that listens there. */
export function listensAs(authority: Buffer, host: string, port: number): Promise<boolean> {
  const options = { host, port, servername: host, ca: authority, ALPNProtocols: ['h2'], timeout: patienceMs };
  return connects(connect(options), 'secureConnect');
}

function connects(socket: Socket, connected: 'connect' | 'secureConnect'): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const settle = (is: boolean): void => {
    socket.destroy();
    resolve(is);
  };
  socket.once(connected, () => settle(true));
  socket.once('timeout', () => settle(false));
  socket.on('error', () => settle(false));
  return promise;
}
