/** Options that the programs share. */
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { root } from './build.mjs';

/** @returns the data folder, further flags by name, and the words that are no option; ends the process on an unknown one */
export function readOptions(flags = {}) {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: { data: { type: 'string' }, ...flags },
    });
    return { data: resolve(values.data ?? join(root, '.data', 'devnet')), values, words: positionals };
  } catch (error) {
    console.error(error.message);
    process.exit(2);
  }
}
