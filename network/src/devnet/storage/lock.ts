/**
 * One process per data folder: a file with the process's id, which others respect while that process lives.
 */
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The folder is in use by a living process. */
export class FolderInUseError extends Error {
  override readonly name = 'FolderInUseError';

  constructor(folder: string, pid: number) {
    super(`${folder} is in use by process ${pid}`);
  }
}

/**
 * Takes the folder, making it if need be; a lock that a killed process left is taken over.
 * @returns how to give it back
 * @throws FolderInUseError
 */
export function lockFolder(folder: string): () => void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const lock = join(folder, 'lock');
  const mine = join(folder, `lock.${process.pid}`);
  const holder = `${process.pid} ${startOf(process.pid) ?? ''}`;
  writeFileSync(mine, holder);
  try {
    while (!link(mine, lock)) removeIfStale(lock, folder);
  } finally {
    rmSync(mine);
  }
  return () => {
    if (read(lock) === holder) rmSync(lock);
  };
}

/** Renames before it removes, so that a lock which another process takes at this moment is seen and put back. */
function removeIfStale(lock: string, folder: string): void {
  requireDead(read(lock), folder);
  const aside = `${lock}.${process.pid}.stale`;
  try {
    renameSync(lock, aside);
  } catch (error) {
    if (isCode(error, 'ENOENT')) return;
    throw error;
  }
  try {
    requireDead(read(aside), folder);
  } catch (error) {
    link(aside, lock);
    throw error;
  } finally {
    rmSync(aside);
  }
}

function requireDead(holder: string | undefined, folder: string): void {
  const [pid, start] = (holder ?? '').split(' ');
  const running = startOf(Number(pid));
  if (running !== undefined && (running === start || start === '')) throw new FolderInUseError(folder, Number(pid));
}

/** When the process began, which tells it from a later one with its id; undefined when none runs, '' when unknown. */
function startOf(pid: number): string | undefined {
  if (!Number.isSafeInteger(pid) || pid <= 0) return undefined;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (isCode(error, 'ESRCH')) return undefined;
  }
  const stat = read(`/proc/${pid}/stat`);
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}

function link(existing: string, name: string): boolean {
  try {
    linkSync(existing, name);
    return true;
  } catch (error) {
    if (isCode(error, 'EEXIST')) return false;
    throw error;
  }
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
