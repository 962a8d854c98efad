/** Talks to the running network: status [process] | stop <process> | start <process> | logs <process>. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compiled, fail, readOptions } from './options.mjs';

const usage = 'usage: npm run network -- status [process] | stop <process> | start <process> | logs <process>';
const logLines = 200;
const { data, values, words } = readOptions({ help: { type: 'boolean', default: false } }, 2);
const [command = 'status', name] = words;

if (values.help) console.log(usage);
else if (command === 'logs') logs();
else if (['status', 'stop', 'start'].includes(command)) await ask();
else fail(usage, 2);

async function ask() {
  const { askControl } = await compiled('network', 'supervisor/control.js');
  const answer = await askControl(data, { command, process: name }).catch((error) => fail(error.message));
  if (!answer.ok) fail(answer.error);
  for (const line of table(answer.processes)) console.log(line);
}

function table(processes) {
  const rows = [
    ['process', 'state', 'pid', 'memory', 'height', 'address', 'what it is', 'ended by itself'],
    ...processes.map(({ name: process, state, pid, memoryBytes, height, restarts, lastEnd, address, role }) => [
      process,
      state,
      String(pid ?? '-'),
      memoryBytes === undefined ? '-' : `${Math.round(memoryBytes / 2 ** 20)} MB`,
      String(height ?? '-'),
      address,
      role,
      restarts === 0 ? '-' : `${restarts} times, last: ${lastEnd}`,
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
    fail(
      name
        ? `There is no log of ${name} in ${join(data, 'logs')}`
        : 'Which process? npm run network -- status names them.',
    );
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
  console.log(lines.slice(-logLines).join('\n'));
}
