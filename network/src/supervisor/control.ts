import { existsSync, rmSync } from 'node:fs';
import { createConnection, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** What may be asked of a running network. */
export interface ControlRequest {
  readonly command: 'stop' | 'start' | 'status';
  readonly process?: string;
}

export interface ProcessStatus {
  readonly name: string;
  readonly role: string;
  readonly address: string;
  readonly state: string;
  readonly pid: number | undefined;
  /** resident memory in bytes; undefined when it does not run */
  readonly memoryBytes: number | undefined;
  /** how often it was started again after ending by itself */
  readonly restarts: number;
  /** blocks it has; undefined for processes that keep none, and while it does not answer */
  readonly height: number | undefined;
}

export type ControlAnswer =
  { readonly ok: true; readonly processes: readonly ProcessStatus[] } | { readonly ok: false; readonly error: string };

/** The socket lies in the data folder, which is its owner's alone. */
const socketPath = (dataFolder: string): string => join(dataFolder, 'control.sock');

/** Answers requests from this machine's own user, one JSON line each, until the server is closed. Every answer is the state after it. */
export function serveControl(
  dataFolder: string,
  answer: (request: ControlRequest) => Promise<readonly ProcessStatus[]>,
): Promise<Server> {
  const path = socketPath(dataFolder);
  if (existsSync(path)) rmSync(path);
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    createInterface({ input: socket }).on('line', (line) => {
      const reply = (answered: ControlAnswer): void => void socket.end(`${JSON.stringify(answered)}\n`);
      Promise.resolve()
        .then(() => answer(parseRequest(line)))
        .then((processes) => reply({ ok: true, processes }))
        .catch((error: unknown) => reply({ ok: false, error: error instanceof Error ? error.message : String(error) }));
    });
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => resolve(server));
  });
}

/** Asks the running network. @throws Error when none runs on this data folder */
export function askControl(dataFolder: string, request: ControlRequest): Promise<ControlAnswer> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(socketPath(dataFolder));
    socket.once('error', () => reject(new Error('No network runs here. Start one with: npm start')));
    socket.once('connect', () => socket.write(`${JSON.stringify(request)}\n`));
    createInterface({ input: socket }).once('line', (line) => resolve(JSON.parse(line) as ControlAnswer));
  });
}

function parseRequest(line: string): ControlRequest {
  const request: unknown = JSON.parse(line);
  if (typeof request === 'object' && request !== null && 'command' in request) return request as ControlRequest;
  throw new Error('a request names a command');
}
