import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const patienceMs = 10_000;

/** Major and minor version that a program says it has; undefined when there is no such program, or it does not run here. */
export async function programVersion(program: string, pattern: RegExp): Promise<readonly number[] | undefined> {
  try {
    const { stdout } = await promisify(execFile)(program, ['--version'], { timeout: patienceMs });
    return pattern.exec(stdout)?.slice(1).map(Number);
  } catch {
    return undefined;
  }
}

export function isAtLeast(version: readonly number[], lowest: readonly number[]): boolean {
  const different = lowest.findIndex((part, index) => part !== version[index]);
  return different === -1 || Number(version[different]) > Number(lowest[different]);
}
