import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { spawnSync } from 'node:child_process';

/** How a server that is not ours is run (runServer.ts). */
export interface ServerRun {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** where the server itself writes its process id, on the first line */
  readonly pidFile: string;
  /** the word of its command line that no other program has: the path of its data or configuration */
  readonly mark: string;
  /** what ends it in order, then what ends it faster */
  readonly stopSignals: readonly NodeJS.Signals[];
  /** holds the id of the process that runs the server, as soon as no server of an earlier run is left */
  readonly runnerFile: string;
}

/** After so long without an end the next signal is sent, and SIGKILL after all. Before endWithSupervisor.ts gives up. */
const patienceMs = 2_000;
const pollMs = 10;

/** Ends the server that a killed run left, if it still runs; the process is looked at before it is signalled. */
export async function takeDownLeftover({ pidFile, mark, stopSignals }: ServerRun): Promise<void> {
  const pid = pidIn(pidFile);
  if (pid !== undefined) await endProcess(() => runsMarked(pid, mark), pid, stopSignals);
}

/** Sends one signal after the other until it does not run any more. */
export async function endProcess(runs: () => boolean, pid: number, signals: readonly NodeJS.Signals[]): Promise<void> {
  for (const signal of [...signals, 'SIGKILL'] as const) {
    if (!runs()) return;
    try {
      process.kill(pid, signal);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
    }
    const deadlineMs = Date.now() + patienceMs;
    while (runs() && Date.now() < deadlineMs) await delay(pollMs);
  }
}

export function pidIn(file: string): number | undefined {
  try {
    const pid = Number(readFileSync(file, 'utf8').split('\n')[0]);
    return Number.isSafeInteger(pid) && pid > 1 ? pid : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a process of this id runs and was started with this word. */
export function runsMarked(pid: number, mark: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes(mark);
  } catch {
    if (process.platform === 'linux') return false;
  }
  const { stdout } = spawnSync('ps', ['-o', 'args=', '-p', String(pid)], { encoding: 'utf8' });
  return stdout.includes(` ${mark}`);
}
