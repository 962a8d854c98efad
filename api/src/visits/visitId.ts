import { createHash } from 'node:crypto';

const idLength = 32;

/**
 * The id by which nodes know a visit: 128 bits of a hash of its key on the ledger. It is not the key's own hash, which stands in the
 * block for every club to see.
 */
export const visitId = (ledgerKey: string): string =>
  createHash('sha256').update(`visit id\n${ledgerKey}`).digest('hex').slice(0, idLength);
