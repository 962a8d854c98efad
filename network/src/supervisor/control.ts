import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { createConnection, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** What may be asked of a running network. `status` without a name is of all processes. */
export interface ControlRequest {
  readonly command: 'stop' | 'start' | 'status';
  readonly process?: string | undefined;
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
  /** how it last ended by itself; undefined when it never did */
  readonly lastEnd: string | undefined;
  /** blocks it has; undefined for processes that keep none, and while it does not answer */
  readonly height: number | undefined;
}

export type ControlAnswer =
  { readonly ok: true; readonly processes: readonly ProcessStatus[] } | { readonly ok: false; readonly error: string };

/** The socket lies in the data folder, which is its owner's alone. It is left behind by a run that was killed, and by no other. */
export const controlSocket = (dataFolder: string): string => join(dataFolder, 'control.sock');

/** Answers requests from this machine's own user, one JSON line each, until it is ended. Every answer is the state after it. */
export async function serveControl(
  dataFolder: string,
  answer: (request: ControlRequest) => Promise<readonly ProcessStatus[]>,
): Promise<{ end(): void }> {
  rmSync(controlSocket(dataFolder), { force: true });
  const server = createServer((socket) => {
    const reply = (answered: ControlAnswer): void => void socket.end(`${JSON.stringify(answered)}\n`);
    readLines(socket).once('line', (line) => {
      Promise.resolve()
        .then(() => answer(parseRequest(line)))
        .then((processes) => reply({ ok: true, processes }))
        .catch((error: unknown) => reply({ ok: false, error: error instanceof Error ? error.message : String(error) }));
    });
  });
  await withShortPath(dataFolder, (path) => listen(server, path));
  return {
    end: () => {
      server.close();
      rmSync(controlSocket(dataFolder), { force: true });
    },
  };
}

/** Asks the running network. @throws Error when none runs on this data folder, or it ends while it is asked */
export function askControl(dataFolder: string, request: ControlRequest): Promise<ControlAnswer> {
  return withShortPath(dataFolder, (path) => {
    const { promise, resolve, reject } = Promise.withResolvers<ControlAnswer>();
    const socket = createConnection(path);
    socket.once('error', () => reject(new Error(`No network runs on ${dataFolder}. Start one with: npm start`)));
    socket.once('connect', () => socket.write(`${JSON.stringify(request)}\n`));
    socket.once('close', () => reject(new Error('The network ended before it answered.')));
    readLines(socket).once('line', (line) => resolve(JSON.parse(line) as ControlAnswer));
    return promise;
  });
}

function listen(server: Server, path: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  server.listen(path, resolve);
  return promise;
}

function readLines(socket: ReturnType<typeof createConnection>) {
  const lines = createInterface({ input: socket });
  // readline hands on the socket's errors, which the socket's own listeners deal with.
  lines.on('error', () => {});
  socket.on('error', () => socket.destroy());
  return lines;
}

/** Systems take socket paths of up to 103 bytes: a longer one is reached through a link in a folder that is this user's alone. */
async function withShortPath<Result>(dataFolder: string, use: (path: string) => Promise<Result>): Promise<Result> {
  const path = controlSocket(dataFolder);
  if (Buffer.byteLength(path) <= maxSocketPathBytes) return use(path);
  const folder = mkdtempSync(join(tmpdir(), 'clubs-'));
  try {
    symlinkSync(dataFolder, join(folder, 'data'));
    return await use(controlSocket(join(folder, 'data')));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const maxSocketPathBytes = 103;
const commands: readonly unknown[] = ['stop', 'start', 'status'] satisfies ControlRequest['command'][];

function parseRequest(line: string): ControlRequest {
  const request: unknown = JSON.parse(line);
  if (typeof request === 'object' && request !== null && 'command' in request && commands.includes(request.command))
    return request as ControlRequest;
  throw new Error('A request names a command: stop, start or status.');
}
