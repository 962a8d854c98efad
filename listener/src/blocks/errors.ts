/** What the peer sent is no block of this channel: not stored, asked for again. */
export class RefusedBlockError extends Error {
  override readonly name = 'RefusedBlockError';
}

/** The ordering service has signed two blocks of one number: nothing after them can be believed until somebody has looked. */
export class ForkError extends Error {
  override readonly name = 'ForkError';

  constructor(number: number, own: Uint8Array, other: Uint8Array) {
    const hex = (hash: Uint8Array): string => Buffer.from(hash).toString('hex');
    super(`two blocks of number ${number} are signed: ${hex(own)} and ${hex(other)}`);
  }
}
