import { spawnSync } from 'node:child_process';
import type { ProcessStatus } from './control.js';
import { ManagedProcess, type ProcessPlan } from './managed-process.js';

/** All processes of one network on this machine, in the order in which they start. */
export class Supervisor {
  readonly #processes: readonly ManagedProcess[];

  /** @param changed called with the ids of all running processes whenever one starts */
  constructor(
    plans: readonly ProcessPlan[],
    private readonly report: (line: string) => void,
    changed: (pids: number[]) => void,
  ) {
    this.#processes = plans.map((plan) => new ManagedProcess(plan, report, () => changed(this.pids())));
  }

  /** Starts everything, waiting for each stage: what serves others comes first. @throws Error */
  async start(): Promise<void> {
    for (const process of this.#processes) {
      const startedMs = Date.now();
      await process.start();
      this.report(
        `${process.plan.role}: ready on ${process.plan.address} (${Date.now() - startedMs} ms, pid ${process.pid})`,
      );
    }
  }

  /** Ends everything, last started first. */
  async stop(): Promise<void> {
    await Promise.all([...this.#processes].reverse().map((process) => process.stop()));
  }

  /** @throws Error that lists the names there are */
  named(name: string | undefined): ManagedProcess {
    const found = this.#processes.find(({ plan }) => plan.name === name);
    if (found) return found;
    throw new Error(
      `There is no process ${name ?? ''}. There are: ${this.#processes.map(({ plan }) => plan.name).join(', ')}`,
    );
  }

  /** The processes as they are now. */
  async status(): Promise<ProcessStatus[]> {
    const memory = memoryOf(this.pids());
    return Promise.all(
      this.#processes.map(async ({ plan, state, pid, restarts }) => ({
        name: plan.name,
        role: plan.role,
        address: plan.address,
        state,
        pid,
        memoryBytes: pid === undefined ? undefined : memory.get(pid),
        restarts,
        height: pid === undefined ? undefined : await plan.height(),
      })),
    );
  }

  pids(): number[] {
    return this.#processes.flatMap(({ pid }) => pid ?? []);
  }
}

/** Resident memory by process id, in bytes. */
function memoryOf(pids: readonly number[]): Map<number, number> {
  if (pids.length === 0) return new Map();
  const { stdout } = spawnSync('ps', ['-o', 'pid=,rss=', '-p', pids.join(',')], { encoding: 'utf8' });
  const rows = stdout
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number));
  return new Map(rows.map(([pid = 0, kibibytes = 0]) => [pid, kibibytes * 1024]));
}
