/**
 * Messages with something wrong in them, the same ones in every run.
 */

/** Numbers from 0 to below 1 (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A copy with bytes changed, cut off, doubled, put in or taken out. */
export function mutate(bytes: Uint8Array, random: () => number): Buffer {
  let mutated = Buffer.from(bytes);
  for (let count = 1 + below(3); count > 0; count--) {
    const at = below(mutated.length + 1);
    const end = Math.min(mutated.length, at + below(12));
    const noise = Buffer.from(Array.from({ length: below(6) }, () => below(256)));
    const changes = [
      () => mutated.map((byte, index) => (index === at ? byte ^ (1 << below(8)) : byte)),
      () => mutated.subarray(0, at),
      () => Buffer.concat([mutated.subarray(0, end), mutated.subarray(at)]),
      () => Buffer.concat([mutated.subarray(0, at), noise, mutated.subarray(at)]),
      () => Buffer.concat([mutated.subarray(0, at), mutated.subarray(end)]),
      () => Buffer.concat([mutated.subarray(0, at), Buffer.alloc(9, 0xff), mutated.subarray(at)]),
    ];
    mutated = Buffer.from(changes[below(changes.length)]?.() ?? mutated);
  }
  return mutated;

  function below(limit: number): number {
    return Math.floor(random() * limit);
  }
}
