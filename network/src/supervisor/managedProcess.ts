import { spawn, type ChildProcess } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { boundLog, lastError, withLog } from './logFile.js';

/** How a process is run and how one knows that it serves. */
export interface ProcessPlan {
  readonly name: string;
  /** what it is, for people */
  readonly role: string;
  readonly host: string;
  /** the ports it listens on; the first is the one that clients dial */
  readonly ports: readonly number[];
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly log: string;
  /** Resolves true when this process, and no other program, serves at its ports; never rejects. */
  readonly isReady: (pid: number) => Promise<boolean>;
  /** Number of blocks it has; undefined when it keeps none or does not answer. */
  readonly height: () => Promise<number | undefined>;
}

export type ProcessState = 'stopped' | 'starting' | 'ready' | 'stopping' | 'waiting to start again';

const readyPatienceMs = 60_000;
const readyPollMs = 25;
const stopPatienceMs = 10_000;
const firstRestartMs = 100;
const lastRestartMs = 5_000;
/** A process that served this long is well: what went before no longer counts. */
const wellAfterMs = 30_000;
/** After so many ends in a row it is not chance, and there is no more to say. */
const tries = 3;

/** A process that is started again whenever it ends without having been told to. */
export class ManagedProcess {
  state: ProcessState = 'stopped';
  /** how often it was started again after ending by itself */
  restarts = 0;
  /** how it last ended by itself; undefined when it never did */
  lastEnd: string | undefined;
  #child: ChildProcess | undefined;
  #ended: Promise<void> = Promise.resolve();
  #wanted = false;
  #endsInARow = 0;
  /** What was last reported. Until it served, it is `start` that says what is wrong. */
  #told: 'nothing' | 'serves' | 'ended' | 'keeps ending' = 'nothing';
  #restart: NodeJS.Timeout | undefined;
  #well: NodeJS.Timeout | undefined;

  /** @param report one line when its state changes by itself */
  constructor(
    readonly plan: ProcessPlan,
    private readonly report: (line: string) => void,
  ) {}

  /** `host:port` for clients */
  get address(): string {
    return `${this.plan.host}:${this.plan.ports[0]}`;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /**
   * Starts it, if it does not run, and waits until it serves. What fails here is tried again all the same, until `stop`.
   *
   * @throws Error when it ends as soon as it starts, does not serve in time, or is stopped meanwhile
   */
  async start(): Promise<void> {
    this.#wanted = true;
    this.#endsInARow = 0;
    if (this.state === 'stopping') await this.#ended;
    if (this.#wanted && !this.#child) {
      this.#told = 'nothing';
      this.#spawn();
    }
    const deadlineMs = Date.now() + readyPatienceMs;
    while (!this.#serves()) {
      if (Date.now() > deadlineMs) throw new Error(`${this.plan.name} does not serve yet. Log: ${this.plan.log}`);
      await delay(readyPollMs);
    }
  }

  /** Asks it to end, and ends it when it does not in ten seconds. */
  async stop(): Promise<void> {
    this.#wanted = false;
    clearTimeout(this.#restart);
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

  /** @throws Error when there is no use in waiting */
  #serves(): boolean {
    const { name, log } = this.plan;
    if (!this.#wanted) throw new Error(`${name} was stopped while it started.`);
    if (this.#endsInARow >= tries) throw new Error(`${name} ends as soon as it starts (${this.lastEnd}). Log: ${log}`);
    return this.state === 'ready';
  }

  #spawn(): void {
    clearTimeout(this.#restart);
    this.state = 'starting';
    try {
      this.#child = this.#launch();
    } catch (error) {
      this.#afterEnd(error instanceof Error ? error.message : String(error));
    }
  }

  #launch(): ChildProcess {
    const { command, args, cwd, env, log } = this.plan;
    boundLog(log);
    // A group of its own: Ctrl-C in the terminal reaches the supervisor alone, which ends the processes in order.
    const child = withLog(log, (output) =>
      spawn(command, args, { cwd, env: { ...inherited(), ...env }, stdio: ['pipe', output, output], detached: true }),
    );
    child.stdin?.on('error', () => {});
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#ended = promise;
    const ended = (how: string): void => {
      if (this.#child !== child) return;
      this.#child = undefined;
      this.#afterEnd(how);
      resolve();
    };
    child.once('error', (error) => {
      if (child.pid === undefined) ended(error.message);
    });
    child.once('exit', (code, signal) => ended(signal ?? `exit code ${code}`));
    void this.#watch(child);
    return child;
  }

  async #watch(child: ChildProcess): Promise<void> {
    const { pid } = child;
    if (pid === undefined) return;
    const startedMs = Date.now();
    const awaited = (): boolean => this.#child === child && this.state === 'starting';
    do await delay(readyPollMs);
    while (awaited() && !(await this.plan.isReady(pid)));
    if (awaited()) this.#afterReady(`${Date.now() - startedMs} ms, pid ${pid}`);
  }

  #afterReady(how: string): void {
    this.state = 'ready';
    if (this.#told === 'nothing') this.#told = 'serves';
    if (this.#told === 'ended') this.#tell('serves', `is back (${how}).`);
    this.#well = setTimeout(() => {
      this.#endsInARow = 0;
      if (this.#told === 'keeps ending') this.#tell('serves', 'is well again.');
    }, wellAfterMs).unref();
  }

  #afterEnd(how: string): void {
    clearTimeout(this.#well);
    if (!this.#wanted || this.state === 'stopping') {
      this.state = 'stopped';
      return;
    }
    this.state = 'waiting to start again';
    this.lastEnd = [how, lastError(this.plan.log)].filter(Boolean).join(': ');
    this.restarts += 1;
    this.#endsInARow += 1;
    const why = `(${this.lastEnd}). Log: ${this.plan.log}`;
    if (this.#told === 'serves') this.#tell('ended', `ended and is started again ${why}`);
    if (this.#told === 'ended' && this.#endsInARow >= tries)
      this.#tell('keeps ending', `keeps ending and is tried again every ${lastRestartMs / 1000} s ${why}`);
    this.#restart = setTimeout(
      () => this.#spawn(),
      Math.min(firstRestartMs * 2 ** (this.#endsInARow - 1), lastRestartMs),
    );
  }

  #tell(what: 'serves' | 'ended' | 'keeps ending', words: string): void {
    this.#told = what;
    this.report(`${this.plan.name} ${words}`);
  }
}

/** Nothing of this process's environment but where programs are. */
function inherited(): Record<string, string> {
  return { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '' };
}
