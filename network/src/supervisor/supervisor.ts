import { spawnSync } from 'node:child_process';
import type { ProcessStatus } from './control.js';
import { boundLog } from './logFile.js';
import { ManagedProcess, type ProcessPlan } from './managedProcess.js';

const boundLogsEveryMs = 30_000;

/** All processes of one network on this machine. */
export class Supervisor {
  /** in the order of their start */
  readonly #groups: (readonly ManagedProcess[])[] = [];
  readonly #boundingLogs: NodeJS.Timeout;
  #isStopped = false;

  constructor(private readonly report: (line: string) => void) {
    this.#boundingLogs = setInterval(() => {
      for (const { plan } of this.#processes) boundLog(plan.log);
    }, boundLogsEveryMs).unref();
  }

  get #processes(): readonly ManagedProcess[] {
    return this.#groups.flat();
  }

  /** Starts further processes at once and waits until all of them serve. @throws Error of the first process that cannot */
  async start(plans: readonly ProcessPlan[]): Promise<void> {
    if (this.#isStopped) throw new Error('The network was stopped while it started.');
    const processes = plans.map((plan) => new ManagedProcess(plan, this.report));
    this.#groups.push(processes);
    const startedMs = Date.now();
    await Promise.all(
      processes.map(async (process) => {
        await process.start();
        const { plan, address } = process;
        this.report(`${plan.role}: ready on ${address} (${Date.now() - startedMs} ms, pid ${process.pid})`);
      }),
    );
  }

  /** Ends everything: what was started last ends first. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    clearInterval(this.#boundingLogs);
    for (const processes of this.#groups.toReversed()) await Promise.all(processes.map((process) => process.stop()));
  }

  /** @throws Error that lists the names there are */
  named(name: string | undefined): ManagedProcess {
    const found = this.#processes.find(({ plan }) => plan.name === name);
    if (found) return found;
    const names = this.#processes.map(({ plan }) => plan.name).join(', ');
    throw new Error(
      name === undefined ? `Which process? There are: ${names}` : `There is no ${name}. There are: ${names}`,
    );
  }

  /** The processes as they are now; one of them if it is named. @throws Error that lists the names there are */
  async status(name?: string): Promise<ProcessStatus[]> {
    const asked = name === undefined ? this.#processes : [this.named(name)];
    const memory = memoryOf(asked.flatMap(({ pid }) => pid ?? []));
    return Promise.all(
      asked.map(async ({ plan, address, state, pid, restarts, lastEnd }) => ({
        name: plan.name,
        role: plan.role,
        address,
        state,
        pid,
        memoryBytes: pid === undefined ? undefined : memory.get(pid),
        restarts,
        lastEnd,
        height: pid === undefined ? undefined : await plan.height(),
      })),
    );
  }
}

/** Resident memory by process id, in bytes; empty where there is no `ps`. */
function memoryOf(pids: readonly number[]): Map<number, number> {
  if (pids.length === 0) return new Map();
  const { error, stdout } = spawnSync('ps', ['-o', 'pid=,rss=', '-p', pids.join(',')], { encoding: 'utf8' });
  if (error) return new Map();
  const rows = stdout
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number));
  return new Map(rows.map(([pid = 0, kibibytes = 0]) => [pid, kibibytes * 1024]));
}
