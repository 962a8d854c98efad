import type { StoredBlock } from '../../../src/devnet/ports.js';

/** A block that is told from others by its content; odd ones have private values. */
export function blockOf(number: number): StoredBlock {
  const collections = [{ namespace: 'clubs', collection: 'own', rwset: Buffer.from(`private values of ${number}`) }];
  return {
    number,
    bytes: Buffer.from(`block ${number} `.repeat(1 + (number % 5))),
    privateData: number % 2 === 1 ? [{ txIndex: 1, collections }] : [],
  };
}
