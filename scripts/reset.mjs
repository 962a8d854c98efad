/** Wipes the network's ledger, keys and logs, after asking. `--yes` does not ask. */
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { readOptions } from './options.mjs';

const { data, values } = readOptions({ yes: { type: 'boolean', default: false } });
if (!existsSync(data)) end(`There is nothing in ${data}.`, 0);
// Only what a start made is wiped: --data may name any folder.
if (!existsSync(join(data, 'network.json'))) end(`${data} holds no network of this project; nothing was wiped.`, 1);
if (await isRunning()) end('The network runs. Stop it first (Ctrl-C where it was started).', 1);
if (!values.yes && !(await confirmed())) end('Nothing was wiped.', 1);
rmSync(data, { recursive: true });
end(`Wiped ${data}.`, 0);

async function isRunning() {
  try {
    const { askControl } = await import('../network/dist/src/supervisor/control.js');
    return (await askControl(data, { command: 'status' })).ok;
  } catch {
    return false;
  }
}

async function confirmed() {
  if (!process.stdin.isTTY) return false;
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await terminal.question(`Wipe the ledger, keys and logs in ${data}? Type "wipe": `);
  terminal.close();
  return answer.trim() === 'wipe';
}

function end(message, code) {
  (code === 0 ? console.log : console.error)(message);
  process.exit(code);
}
