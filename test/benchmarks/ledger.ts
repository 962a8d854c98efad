/** What the ledger costs on this machine. Timings only: nothing passes or fails here. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { askControl } from '@reciprocal-clubs/network/supervisor/control.js';
import { disposableFolder } from '../faults/disposableNetwork.js';
import { id, introduced } from '../contracts/given.js';

const portShift = 20_000;
const measureMs = 4_000;
const run = fileURLToPath(new URL('../../../scripts/run.mjs', import.meta.url));

await contractCalls();
await startToReady();

async function contractCalls(): Promise<void> {
  console.log(
    'Contract calls in this process, one after the other, each with signature checks, simulation and read-write set:',
  );
  const { world, stay } = await introduced();
  const arrival = () => ({
    actor: { ref: 'staff-7', role: 'front-desk' },
    ...stay,
    commandId: id(),
    businessDate: world.date(0),
    late: false,
  });
  await measure('read one public record', () => world.read('harbour', 'clubs:club', 'harbour'));
  await measure('prepare a check-in (5 private reads, own peer)', () =>
    world.prepare('stjulians', 'visits.checkIn', arrival()),
  );
  await measure('endorse a check-in (prepare, then both clubs)', () =>
    world.endorsed('stjulians', 'visits.checkIn', arrival()),
  );
  await measure('commit a suspension and its end (2 blocks on 5 peers)', async () => {
    const act = {
      actor: { ref: 'staff-1', role: 'manager' },
      parties: [stay.home, stay.host],
      agreementId: stay.agreementId,
    };
    await world.command('harbour', 'agreements.suspend', { ...act, code: 'other' });
    await world.command('harbour', 'agreements.resume', act);
  });
}

async function measure(what: string, call: () => Promise<unknown>): Promise<void> {
  for (let warm = 0; warm < 20; warm += 1) await call();
  const started = performance.now();
  let calls = 0;
  while (performance.now() - started < measureMs) {
    await call();
    calls += 1;
  }
  const seconds = (performance.now() - started) / 1000;
  console.log(`  ${what.padEnd(56)} ${(calls / seconds).toFixed(0).padStart(6)} /s`);
}

/** `npm start` as a user runs it, packages present, twice: from nothing, and on what is there. */
async function startToReady(): Promise<void> {
  const { data, consortium, wipe } = disposableFolder(portShift);
  try {
    await start('from nothing', data, consortium);
    await start('again', data, consortium);
  } finally {
    wipe();
  }
}

async function start(what: string, data: string, consortium: string): Promise<void> {
  const startedMs = performance.now();
  const program = spawn(process.execPath, [run, 'start', '--data', data, '--consortium', consortium], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(program, 'exit');
  try {
    for await (const line of createInterface({ input: program.stdout })) if (line.endsWith(' Ready.')) break;
    console.log(`\nnpm start ${what}, to ready: ${((performance.now() - startedMs) / 1000).toFixed(1)} s`);
    const answer = await askControl(data, { command: 'status' });
    for (const { name, memoryBytes } of answer.ok ? answer.processes : []) {
      console.log(`  ${name.padEnd(24)} ${((memoryBytes ?? 0) / 2 ** 20).toFixed(0).padStart(5)} MB`);
    }
  } finally {
    program.kill('SIGTERM');
    await ended;
  }
}
