import { createHash, createHmac } from 'node:crypto';

/** SHA-256, as the ledger hashes private keys and values. */
export const sha256 = (bytes: Uint8Array | string): Buffer => createHash('sha256').update(bytes).digest();

export const sha256Hex = (bytes: Uint8Array | string): string => sha256(bytes).toString('hex');

/** Salt of a record: nobody who lacks the command's fresh bytes can try values against the record's hash. */
export const recordSalt = (fresh: Uint8Array, key: string): string =>
  createHmac('sha256', fresh).update(key).digest('hex');
