import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/**
 * The processes that a network started, noted in its data folder: when the supervisor itself was killed they live on, and the next start
 * ends them. A process id alone proves nothing, for ids are used again: the command line must name the data folder too.
 */
export class ProcessNotes {
  readonly #path: string;

  constructor(private readonly dataFolder: string) {
    mkdirSync(dataFolder, { recursive: true, mode: 0o700 });
    this.#path = join(dataFolder, 'processes.json');
  }

  write(pids: readonly number[]): void {
    writeFileSync(this.#path, JSON.stringify(pids));
  }

  clear(): void {
    rmSync(this.#path, { force: true });
  }

  /** Ends what a killed run left. @returns how many processes there were */
  async endOrphans(): Promise<number> {
    const orphans = this.#noted().filter((pid) => commandLine(pid).includes(this.dataFolder));
    for (const pid of orphans) signal(pid, 'SIGTERM');
    const deadlineMs = Date.now() + endPatienceMs;
    while (orphans.some((pid) => commandLine(pid) !== '')) {
      if (Date.now() > deadlineMs) for (const pid of orphans) signal(pid, 'SIGKILL');
      await delay(endPollMs);
    }
    return orphans.length;
  }

  #noted(): number[] {
    if (!existsSync(this.#path)) return [];
    const noted: unknown = JSON.parse(readFileSync(this.#path, 'utf8'));
    return Array.isArray(noted) ? noted.filter((pid): pid is number => Number.isInteger(pid)) : [];
  }
}

const endPatienceMs = 5_000;
const endPollMs = 50;

/** Empty when there is no such process. */
function commandLine(pid: number): string {
  try {
    const line = execFileSync('ps', ['-o', 'args=', '-p', String(pid)], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
    return line.includes('<defunct>') ? '' : line;
  } catch {
    return '';
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It ended by itself in the meantime.
  }
}
