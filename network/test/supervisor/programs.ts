import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ProcessPlan } from '../../src/supervisor/managedProcess.js';

/** A folder of this test's own, wiped after each test of the suite. */
export function temporaryFolder(): { readonly path: string } {
  const folder = { path: '' };
  beforeEach(() => {
    folder.path = mkdtempSync(join(tmpdir(), 'clubs-supervisor-'));
  });
  afterEach(() => rmSync(folder.path, { recursive: true }));
  return folder;
}

/** A plan that runs a few words of JavaScript and takes it to serve at once. */
export function planOf(folder: string, code: string, changes: Partial<ProcessPlan> = {}): ProcessPlan {
  return {
    name: 'harbour-peer',
    role: 'Peer of Harbour Club',
    host: '127.0.0.1',
    ports: [1],
    command: process.execPath,
    args: ['-e', code],
    cwd: folder,
    env: {},
    log: join(folder, 'logs', 'harbour-peer.log'),
    isReady: () => Promise.resolve(true),
    height: () => Promise.resolve(7),
    ...changes,
  };
}

export const forever = 'setInterval(() => {}, 1000)';

/** Lines that are reported, and a way to await one. */
export class Reports {
  readonly lines: string[] = [];
  readonly #waiting: { pattern: RegExp; found: () => void }[] = [];

  readonly add = (line: string): void => {
    this.lines.push(line);
    for (const { pattern, found } of this.#waiting) if (pattern.test(line)) found();
  };

  line(pattern: RegExp): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    if (this.lines.some((line) => pattern.test(line))) resolve();
    else this.#waiting.push({ pattern, found: resolve });
    return promise;
  }
}

export function runs(pid: number | undefined): boolean {
  if (pid === undefined) return false;
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Another program at a port of this machine. */
export async function otherProgram(): Promise<{ readonly server: Server; readonly port: number }> {
  const server = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, port: (server.address() as AddressInfo).port };
}
