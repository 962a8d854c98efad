import { join } from 'node:path';
import { secretFile } from '@reciprocal-clubs/network/services/secretFile.js';

const keyBytes = 32;

/**
 * A secret of 32 random bytes in a club's folder, made at its first use.
 *
 * @throws Error when the file holds something else
 */
export function secretKey(folder: string, name: string): Buffer {
  const path = join(folder, name);
  const key = Buffer.from(secretFile(path), 'hex');
  if (key.length !== keyBytes) throw new Error(`${path} does not hold ${keyBytes} bytes in hexadecimal`);
  return key;
}
