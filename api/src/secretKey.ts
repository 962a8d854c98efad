import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeOnce } from './writeOnce.js';

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
  writeOnce(path, `${randomBytes(keyBytes).toString('hex')}\n`);
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
