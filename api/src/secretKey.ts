import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, linkSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';

const keyBytes = 32;

/**
 * A secret of 32 random bytes in a club's folder, made at its first use. Of two processes that make it at once, one makes it and both
 * have the same.
 *
 * @throws Error when the file holds something else
 */
export function secretKey(folder: string, name: string): Buffer {
  const path = join(folder, name);
  const known = readKey(path);
  if (known) return known;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const draft = `${path}.${randomBytes(8).toString('hex')}`;
  const file = openSync(draft, 'wx', 0o600);
  try {
    writeSync(file, `${randomBytes(keyBytes).toString('hex')}\n`);
    fsyncSync(file);
    // A link appears whole or not at all, and never in place of another.
    linkSync(draft, path);
  } catch (error) {
    if (!isCode(error, 'EEXIST')) throw error;
  } finally {
    closeSync(file);
    rmSync(draft);
  }
  const made = readKey(path);
  if (!made) throw new Error(`${path} was made and is not there`);
  return made;
}

function readKey(path: string): Buffer | undefined {
  try {
    const key = Buffer.from(readFileSync(path, 'utf8').trim(), 'hex');
    if (key.length !== keyBytes) throw new Error(`${path} does not hold 32 bytes in hexadecimal`);
    return key;
  } catch (error) {
    if (isCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

const isCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code;
