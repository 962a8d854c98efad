import { spawn, type ChildProcess } from 'node:child_process';
import { createWriteStream, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** How a process is run and how one knows that it serves. */
export interface ProcessPlan {
  readonly name: string;
  /** what it is, for people */
  readonly role: string;
  /** `host:port` it listens on */
  readonly address: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly log: string;
  /** Resolves true when the process serves. */
  readonly isReady: () => Promise<boolean>;
  /** Number of blocks it has; undefined when it keeps none or does not answer. */
  readonly height: () => Promise<number | undefined>;
}

export type ProcessState = 'stopped' | 'starting' | 'ready' | 'stopping' | 'waiting to start again';

const readyPatienceMs = 60_000;
const readyPollMs = 25;
const stopPatienceMs = 10_000;
const firstRestartMs = 100;
const lastRestartMs = 5_000;
/** A process that lived this long was well: its next restart does not wait. */
const healthyMs = 30_000;

/** A process that is started again whenever it ends without having been told to. */
export class ManagedProcess {
  state: ProcessState = 'stopped';
  restarts = 0;
  #child: ChildProcess | undefined;
  #wanted = false;
  #startedAtMs = 0;
  #restartMs = firstRestartMs;
  #ended: Promise<void> = Promise.resolve();

  constructor(
    readonly plan: ProcessPlan,
    private readonly report: (line: string) => void,
    private readonly spawned: () => void,
  ) {}

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /**
   * Starts it, if it does not run, and waits until it serves.
   *
   * @throws Error when it ends at once or does not serve in time; its log says why
   */
  async start(): Promise<void> {
    this.#wanted = true;
    if (!this.#child) this.#spawn();
    await this.#ready();
  }

  /** Asks it to end, and ends it when it does not. */
  async stop(): Promise<void> {
    this.#wanted = false;
    const child = this.#child;
    if (!child) {
      this.state = 'stopped';
      return;
    }
    this.state = 'stopping';
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), stopPatienceMs);
    await this.#ended;
    clearTimeout(timer);
  }

  #spawn(): void {
    const { command, args, cwd, env, log } = this.plan;
    mkdirSync(dirname(log), { recursive: true });
    const output = createWriteStream(log, { flags: 'a', mode: 0o600 });
    const child = spawn(command, args, {
      cwd,
      env: { ...inherited(), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    child.stdout.pipe(output, { end: false });
    child.stderr.pipe(output, { end: false });
    this.#child = child;
    this.spawned();
    this.#startedAtMs = Date.now();
    this.state = 'starting';
    this.#ended = new Promise((resolve) => {
      const ended = (how: string): void => {
        output.end();
        this.#child = undefined;
        this.#afterEnd(how);
        resolve();
      };
      child.once('error', (error) => ended(error.message));
      child.once('exit', (code, signal) => ended(signal ?? `exit code ${code}`));
    });
  }

  #afterEnd(how: string): void {
    if (!this.#wanted) {
      this.state = 'stopped';
      return;
    }
    this.state = 'waiting to start again';
    this.restarts += 1;
    if (Date.now() - this.#startedAtMs > healthyMs) this.#restartMs = firstRestartMs;
    this.report(`${this.plan.name} ended (${how}); starting it again. Log: ${this.plan.log}`);
    setTimeout(() => {
      if (!this.#wanted || this.#child) return;
      this.#spawn();
      this.#ready().then(
        () => this.report(`${this.plan.name} is back.`),
        (error: unknown) => this.report(String(error)),
      );
    }, this.#restartMs);
    this.#restartMs = Math.min(this.#restartMs * 2, lastRestartMs);
  }

  async #ready(): Promise<void> {
    const deadlineMs = Date.now() + readyPatienceMs;
    while (this.#wanted && Date.now() < deadlineMs) {
      if (this.#child && (await this.plan.isReady())) {
        this.state = 'ready';
        return;
      }
      await delay(readyPollMs);
    }
    throw new Error(`${this.plan.name} did not become ready. Log: ${this.plan.log}`);
  }
}

/** Nothing of this process's environment but where programs are. */
function inherited(): Record<string, string> {
  return { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '' };
}
