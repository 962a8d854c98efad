/** Wipes the network's ledger, databases, events, keys and logs, after asking. `--yes` does not ask. */
import { existsSync, readdirSync, rmSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { compiled, fail, readOptions } from './options.mjs';

/** What a start and the programs that use the network make. --data may name any folder: nothing else is deleted. */
const made =
  /^(keys|shared|secrets|configuration|ledgers|postgres(\.unfinished-.*)?|nats|logs|genesis\.block|profile\.json|control\.sock|lock)$/;
/** What says whose folder it is goes last: a reset that was killed is simply run again. */
const mark = 'network.json';

const { data, values } = readOptions({ yes: { type: 'boolean', default: false } });
if (!existsSync(data)) end(`There is nothing in ${data}`);
if (!existsSync(join(data, mark))) fail(`${data} holds no network of this project; nothing was wiped.`);
await requireStopped();
if (!values.yes && !(await confirmed())) fail('Nothing was wiped.');
for (const name of [...readdirSync(data).filter((file) => made.test(file)), mark])
  rmSync(join(data, name), { recursive: true, force: true, maxRetries: 5 });
if (process.env.DATABASE_URL) console.log('The databases on the server of DATABASE_URL stay. Drop those named club_*.');
const others = readdirSync(data);
if (others.length === 0) rmdirSync(data);
end(others.length === 0 ? `Wiped ${data}` : `Wiped ${data}, but not what no start made: ${others.join(', ')}`);

/** Takes the folder, so that no network starts in it meanwhile. */
async function requireStopped() {
  const { takeDownServers } = await compiled('network', 'supervisor/leftovers.js');
  const { lockFolder } = await compiled('network', 'devnet/storage/lock.js');
  try {
    const unlock = lockFolder(data);
    process.on('exit', unlock);
    await takeDownServers(data);
  } catch (error) {
    fail(`Not while a network runs: ${error.message}. Stop it first, by Ctrl-C where it was started.`);
  }
}

async function confirmed() {
  if (!process.stdin.isTTY) fail('This is no terminal, so nobody can be asked. Without asking: npm run reset -- --yes');
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  // Ctrl-C and Ctrl-D are an answer too.
  const answer = await terminal
    .question(`Wipe the ledger, databases, keys and logs in ${data}? Type "wipe": `)
    .catch(() => '');
  terminal.close();
  return answer.trim() === 'wipe';
}

function end(message) {
  console.log(message);
  process.exit(0);
}
