import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { lockFolder } from '../devnet/storage/lock.js';
import { takeDownLeftover, type ServerRun } from '../services/serverRun.js';
import type { DataFolder } from './dataFolder.js';
import type { ProcessPlan } from './managedProcess.js';
import { requireFreePorts, type PortUser } from './ports.js';

/** A process whose supervisor was killed ends within five seconds; a busy one takes longer. */
const patienceMs = 15_000;
const pollMs = 50;

/** Ends the servers that a killed run left in this data folder; their runners may have been killed with it. */
export async function takeDownServers(data: string): Promise<void> {
  for (const file of ['postgres', 'nats'].map((name) => join(data, 'configuration', `${name}.json`)))
    if (existsSync(file)) await takeDownLeftover(JSON.parse(readFileSync(file, 'utf8')) as ServerRun);
}

/** Waits for the processes of a run that was killed: they end by themselves (endWithSupervisor.ts). */
export async function awaitEnd(
  folder: DataFolder,
  ledgerPlans: readonly ProcessPlan[],
  users: readonly PortUser[],
): Promise<void> {
  const ledgers = ledgerPlans.map(({ name }) => folder.ledger(name)).filter((path) => existsSync(path));
  const deadlineMs = Date.now() + patienceMs;
  while (Date.now() < deadlineMs) {
    try {
      for (const ledger of ledgers) lockFolder(ledger)();
      return await requireFreePorts(users);
    } catch {
      await delay(pollMs);
    }
  }
}
