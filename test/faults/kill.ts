/**
 * kill -9 of each kind of process in turn, several times each, while visitors come and go over HTTP. Afterwards nothing that was
 * acknowledged is missing, nothing was done twice, every club's database is what its peer holds, and every event was acted on once.
 * `kill.js [times]`; exits with 1 when it does not hold.
 */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { DatabaseConfiguration } from '@reciprocal-clubs/postgres/connect.js';
import { agreement } from '../journeys/first/agreement.js';
import { Club } from '../journeys/first/club.js';
import { newKey } from '../journeys/first/journey.js';
import { Narrator } from '../journeys/first/narrator.js';
import { loadProfile } from '../journeys/first/profile.js';
import { InboxConsumer } from './consumer.js';
import { disposableNetwork, type DisposableNetwork } from './disposableNetwork.js';
import { compareLedgers } from './onLedger.js';
import { compareReadModel } from './readModel.js';
import { Visitors } from './visitors.js';

const times = Number(process.argv[2] ?? 5);
const portShift = 10_000;
const patienceMs = 90_000;
const pollMs = 50;
const victims = [
  ...['api', 'listener', 'nats', 'postgres'],
  ...['harbour-peer', 'stjulians-peer', 'ordering', 'harbour-chaincode', 'stjulians-chaincode'],
];

const started = Date.now();
const say = (line: string): void => console.log(`[${((Date.now() - started) / 1000).toFixed(1)} s] ${line}`);
const network = await disposableNetwork(portShift, () => {}, { clubNodes: true });
let faults: string[] = [];
try {
  faults = await killAll(network);
} finally {
  await network.dispose();
}
for (const fault of faults) console.error(fault);
say(faults.length === 0 ? 'Nothing is missing, nothing is there twice.' : `${faults.length} faults`);
process.exit(faults.length === 0 ? 0 : 1);

async function killAll(running: DisposableNetwork): Promise<string[]> {
  const profile = loadProfile(running.profile);
  const clubs = await Promise.all(profile.clubs.map((club) => Club.open(club, profile)));
  const [harbour, stJulians, orchard] = clubs;
  if (!harbour || !stJulians || !orchard) throw new Error('three clubs are needed');
  const consumers = new Map(clubs.map((club) => [club, new InboxConsumer(club.profile)]));
  for (const consumer of consumers.values()) consumer.start();
  const agreed = await prepare(harbour, stJulians, orchard);
  const visitors = new Visitors(harbour, stJulians);
  const loop = visitors.run(agreed);
  try {
    for (const name of victims) {
      for (let n = 1; n <= times; n += 1) await kill(running, visitors, name, n % 2 === 0);
      say(`${name}: killed ${times} times, ${visitors.visits} visits so far`);
    }
  } finally {
    visitors.stop();
    await loop;
  }
  say(
    `${visitors.acknowledged.length} acknowledged; on the way: ${JSON.stringify(Object.fromEntries(visitors.troubles))}`,
  );
  const last = Math.max(...visitors.acknowledged.map(({ block }) => block));
  for (const club of clubs) await until(`${club.name} has block ${last}`, () => hasBlock(club, last));
  const found = await compareLedgers(clubs, visitors.acknowledged);
  for (const [club, consumer] of consumers) {
    const database = databaseOf(running, club.id);
    const compare = (): Promise<string[]> => compareReadModel(club, database, consumer);
    // The last events may be on their way; whatever is still missing at the end of patience is a fault.
    await until(`${club.name}'s events arrived`, async () => (await compare()).length === 0).catch(() => {});
    found.push(...(await compare()));
    say(`${club.name}: ${consumer.acted.size} events acted on, ${consumer.repeats} came again and were known`);
    await consumer.stop();
    await club.close();
  }
  return [...found, ...visitedOnce(visitors)];
}

async function prepare(harbour: Club, stJulians: Club, orchard: Club): Promise<{ agreementId: string; today: string }> {
  const { data } = await harbour.as('manager').POST('/registry', { params: newKey(), body: {} });
  const block = data && 'ledger' in data ? data.ledger.block : 0;
  for (const club of [stJulians, orchard]) await until(`${club.name} has block ${block}`, () => hasBlock(club, block));
  const tell = new Narrator(() => {});
  const agreed = await agreement({ harbour, stJulians, orchard, tell, sealed: [], secrets: new Map() });
  if (tell.failures > 0) throw new Error('the two clubs did not agree');
  return agreed;
}

/** Each check-in that was acknowledged is a visit of its own. */
function visitedOnce({ acknowledged }: Visitors): string[] {
  const passes = acknowledged.filter(({ kind }) => kind === 'pass').map(({ id }) => id);
  return new Set(passes).size === passes.length ? [] : ['a pass was issued twice'];
}

/**
 * Kills the process, and waits until it serves again and visitors come again.
 *
 * @param inside kill the server that the process runs, if it runs one, instead of the process
 */
async function kill(running: DisposableNetwork, visitors: Visitors, name: string, inside: boolean): Promise<void> {
  const before = (await running.status()).find((process) => process.name === name);
  if (before?.pid === undefined) throw new Error(`${name} does not run`);
  const [server] = inside ? childrenOf(before.pid) : [];
  process.kill(server ?? before.pid, 'SIGKILL');
  await until(`${name} serves again`, async () => {
    const now = (await running.status()).find((process) => process.name === name);
    return now?.state === 'ready' && now.pid !== before.pid;
  });
  const { visits } = visitors;
  await until(`visitors come again after ${name} was killed`, () => Promise.resolve(visitors.visits > visits + 1));
}

function childrenOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
}

async function hasBlock(club: Club, block: number): Promise<boolean> {
  const { response } = await club.as('auditor').GET('/blocks', { params: { query: { limit: 1 } } });
  return Number(response.headers.get('Ledger-Height')) > block;
}

async function until(what: string, condition: () => Promise<boolean>): Promise<void> {
  const deadlineMs = Date.now() + patienceMs;
  while (!(await condition())) {
    if (Date.now() > deadlineMs) throw new Error(`waited in vain: ${what}`);
    await delay(pollMs);
  }
}

/** As the club's API reaches it. */
function databaseOf({ profile }: DisposableNetwork, clubId: string): DatabaseConfiguration {
  const { clubs } = JSON.parse(readFileSync(join(dirname(profile), 'configuration', 'api.json'), 'utf8')) as {
    clubs: { id: string; database: DatabaseConfiguration }[];
  };
  const club = clubs.find(({ id }) => id === clubId);
  if (!club) throw new Error(`the API serves no ${clubId}`);
  return club.database;
}
