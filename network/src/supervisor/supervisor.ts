import { ManagedProcess, type ProcessPlan } from './managed-process.js';

/** All processes of one network on this machine, in the order in which they start. */
export class Supervisor {
  readonly #processes: readonly ManagedProcess[];

  constructor(
    plans: readonly ProcessPlan[],
    private readonly report: (line: string) => void,
  ) {
    this.#processes = plans.map((plan) => new ManagedProcess(plan, report));
  }

  /** Starts everything, waiting for each stage: what serves others comes first. @throws Error */
  async start(): Promise<void> {
    for (const process of this.#processes) {
      const startedMs = Date.now();
      await process.start();
      this.report(`${process.plan.role} serves on ${process.plan.address} (${Date.now() - startedMs} ms, pid ${process.pid})`);
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
    throw new Error(`There is no process ${name ?? ''}. There are: ${this.#processes.map(({ plan }) => plan.name).join(', ')}`);
  }

  all(): readonly ManagedProcess[] {
    return this.#processes;
  }
}
