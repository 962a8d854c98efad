/** Talks to the running network: status | stop <process> | start <process> | logs <process>. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readOptions } from './options.mjs';

const { data, words } = readOptions();
const [command = 'status', name] = words;

if (command === 'logs') logs();
else if (['status', 'stop', 'start'].includes(command)) await ask();
else fail('usage: npm run network -- status | stop <process> | start <process> | logs <process>', 2);

async function ask() {
  const { askControl } = await import('../network/dist/src/supervisor/control.js').catch(() =>
    fail('Nothing is built yet. Start with: npm start'),
  );
  try {
    const answer = await askControl(data, { command, process: name });
    if (!answer.ok) fail(answer.error);
    for (const line of table(answer.processes)) console.log(line);
  } catch (error) {
    fail(error.message);
  }
}

function table(processes) {
  const rows = [
    ['process', 'state', 'pid', 'memory', 'height', 'restarts', 'address', 'what it is'],
    ...processes.map(({ name, state, pid, memoryBytes, height, restarts, address, role }) => [
      name,
      state,
      String(pid ?? '-'),
      memoryBytes === undefined ? '-' : `${Math.round(memoryBytes / 2 ** 20)} MB`,
      String(height ?? '-'),
      String(restarts),
      address,
      role,
    ]),
  ];
  const widths = rows[0].map((_, i) => Math.max(...rows.map((row) => row[i].length)));
  return rows.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i]))
      .join('  ')
      .trimEnd(),
  );
}

function logs() {
  const path = join(data, 'logs', `${name}.log`);
  if (!/^[a-z][a-z-]*$/.test(name ?? '') || !existsSync(path))
    fail(`There is no log of ${name ?? 'nothing'} in ${join(data, 'logs')}.`);
  spawnSync('tail', ['-n', '200', path], { stdio: 'inherit' });
}

function fail(message, code = 1) {
  console.error(message);
  process.exit(code);
}
