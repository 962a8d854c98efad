import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { writeOnce } from './writeOnce.js';

const bytes = 32;

/**
 * The secret in this file: 32 random bytes in hex, made by whoever comes first and never seen half. Its owner's alone.
 *
 * @returns the secret
 */
export function secretFile(path: string): string {
  const known = read(path);
  if (known !== undefined) return known;
  writeOnce(path, randomBytes(bytes).toString('hex'));
  return readFileSync(path, 'utf8').trim();
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
