/**
 * A program of devnet as a process of its own.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface LogLine {
  readonly level: string;
  readonly message: string;
}

export class SpawnedProcess {
  readonly lines: LogLine[] = [];
  readonly #child: ChildProcess;
  readonly #exit: Promise<unknown[]>;
  readonly #ready: Promise<void>;

  constructor(program: 'peer' | 'orderer', ...args: string[]) {
    const path = fileURLToPath(new URL(`../../../src/devnet/processes/${program}.js`, import.meta.url));
    const child = spawn(process.execPath, [path, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
    this.#child = child;
    this.#exit = once(child, 'exit');
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#ready = promise;
    promise.catch(() => undefined);
    createInterface({ input: child.stdout }).on('line', (text) => {
      const line: LogLine = JSON.parse(text);
      this.lines.push(line);
      if (line.message === 'ready') resolve();
    });
    void this.#exit.then(() => reject(new Error(`${program} ended: ${JSON.stringify(this.lines)}`)));
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Resolves when it serves. */
  ready(): Promise<void> {
    return this.#ready;
  }

  /** Ends it and gives its exit code, null when the signal ended it. */
  async end(signal: NodeJS.Signals): Promise<number | null> {
    this.#child.kill(signal);
    return this.exitCode();
  }

  async exitCode(): Promise<number | null> {
    await this.#exit;
    return this.#child.exitCode;
  }
}
