import { closeSync, copyFileSync, mkdirSync, openSync, readFileSync, statSync, truncateSync } from 'node:fs';
import { dirname } from 'node:path';

/** A log larger than this becomes `<log>.1`, in place of an earlier one. */
const maxBytes = 10 * 2 ** 20;

/** Calls `use` with the log opened for appending. */
export function withLog<Result>(path: string, use: (descriptor: number) => Result): Result {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const descriptor = openSync(path, 'a', 0o600);
  try {
    return use(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Keeps the log bounded, also while a process appends to it. Lines written at this very moment may be lost. */
export function boundLog(path: string): void {
  if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) <= maxBytes) return;
  copyFileSync(path, `${path}.1`);
  truncateSync(path);
}

/** Why a program of devnet says it ended: the message of the last line of its log, if that is an error; else empty. */
export function lastError(path: string): string {
  try {
    const line: unknown = JSON.parse(readFileSync(path, 'utf8').trimEnd().split('\n').at(-1) ?? '');
    const isError = typeof line === 'object' && line !== null && 'level' in line && line.level === 'error';
    return isError && 'message' in line ? String(line.message) : '';
  } catch {
    return '';
  }
}
