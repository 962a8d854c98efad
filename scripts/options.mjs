/** Options that the programs share. */
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { root } from './build.mjs';

/** An absolute path. npm runs programs in the repository's folder; a relative path is meant from where npm was called. */
export const pathOf = (path) => resolve(process.env.INIT_CWD ?? '.', path);

/**
 * Ends the process on an option or a word that is not known: npm keeps `--data` to itself unless it comes after `--`, and hands on the
 * folder as a word.
 *
 * @param wordsAtMost how many words that are no option the program takes
 * @returns the data folder, further flags by name, and the words
 */
export function readOptions(flags = {}, wordsAtMost = 0) {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: { data: { type: 'string' }, ...flags },
    });
    const [extra] = positionals.slice(wordsAtMost);
    if (extra !== undefined)
      fail(`What is "${extra}"? Options come after --, as in: npm run demo -- --data <folder>`, 2);
    return { data: pathOf(values.data ?? join(root, '.data', 'devnet')), values, words: positionals };
  } catch (error) {
    fail(error.message, 2);
  }
}

/** A module of a workspace as compiled; ends the process when nothing is compiled yet. */
export async function compiled(workspace, module) {
  try {
    return await import(`../${workspace}/dist/src/${module}`);
  } catch (error) {
    if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
    fail('Nothing is compiled yet. Start with: npm start');
  }
}

/** Ends the process with one line. */
export function fail(message, code = 1) {
  console.error(message);
  process.exit(code);
}
