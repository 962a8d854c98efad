/** What the ledger costs on this machine. Timings only: nothing passes or fails here. */
import { disposableNetwork } from '../faults/disposable-network.js';
import { id, introduced } from '../contracts/given.js';

const portShift = 20_000;
const measureMs = 4_000;

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

async function startToReady(): Promise<void> {
  const started = performance.now();
  const network = await disposableNetwork(portShift, () => {});
  try {
    console.log(
      `\nDevnet from nothing to ready (keys, first block, 7 processes): ${((performance.now() - started) / 1000).toFixed(1)} s`,
    );
    for (const { name, memoryBytes } of await network.status()) {
      console.log(`  ${name.padEnd(24)} ${((memoryBytes ?? 0) / 2 ** 20).toFixed(0).padStart(5)} MB`);
    }
  } finally {
    await network.dispose();
  }
}
