/**
 * kill -9 of each process in turn, several times each, while visitors come and go. Afterwards no transaction that was reported is missing
 * on any peer, and all peers agree on every block. `kill.js [times]`; exits with 1 when it does not hold.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { common, peer } from '@hyperledger/fabric-protos';
import { PeerConnection } from '@reciprocal-clubs/api/fabric/connection.js';
import type { Committed } from '@reciprocal-clubs/api/fabric/submission.js';
import { Club } from '../journeys/ledger/club.js';
import { Narrator } from '../journeys/ledger/narrator.js';
import { loadProfile } from '../journeys/ledger/profile.js';
import { disposableNetwork, type DisposableNetwork } from './disposableNetwork.js';
import { Visitors } from './visitors.js';

const times = Number(process.argv[2] ?? 5);
const portShift = 10_000;
const operationsPortOffset = 2;
const patienceMs = 60_000;
const pollMs = 50;

const started = Date.now();
const say = (line: string): void => console.log(`[${((Date.now() - started) / 1000).toFixed(1)} s] ${line}`);
const network = await disposableNetwork(portShift, () => {});
let faults: string[] = [];
try {
  faults = await killAll(network);
} finally {
  await network.dispose();
}
for (const fault of faults) console.error(fault);
say(faults.length === 0 ? 'Nothing that was reported is missing, and all peers agree.' : `${faults.length} faults`);
process.exitCode = faults.length === 0 ? 0 : 1;

async function killAll(running: DisposableNetwork): Promise<string[]> {
  const profile = loadProfile(running.profile);
  const [harbour, stJulians, orchard] = profile.clubs.map((club) => new Club(club, profile));
  if (!harbour || !stJulians || !orchard) throw new Error('three clubs are needed');
  const clubs = [harbour, stJulians, orchard];
  const tell = new Narrator(
    () => {},
    async (blockNumber) => {
      for (const club of clubs) await club.ledger.reach(blockNumber);
    },
  );
  const visitors = new Visitors({ harbour, stJulians, orchard, tell, sealed: [], secrets: new Map() });
  const agreed = await visitors.prepare();
  const loop = visitors.run(agreed);
  try {
    for (const { name } of await running.status()) {
      for (let n = 1; n <= times; n += 1) await kill(running, visitors, name);
      say(`${name}: killed ${times} times, ${visitors.visits} visits so far`);
    }
  } finally {
    visitors.stop();
    await loop;
  }
  say(
    `${visitors.reported.length} transactions were reported; on the way: ${JSON.stringify(Object.fromEntries(visitors.troubles))}`,
  );
  const faults = await compare(clubs, visitors.reported);
  for (const club of clubs) await club.close();
  return faults;
}

/** Kills the process, and waits until it serves again and visitors come again. */
async function kill(running: DisposableNetwork, visitors: Visitors, name: string): Promise<void> {
  const before = (await running.status()).find((process) => process.name === name);
  if (before?.pid === undefined) throw new Error(`${name} does not run`);
  process.kill(before.pid, 'SIGKILL');
  await until(`${name} serves again`, async () => {
    const now = (await running.status()).find((process) => process.name === name);
    return now?.state === 'ready' && now.pid !== before.pid;
  });
  const visits = visitors.visits;
  await until(`visitors come again after ${name} was killed`, () => Promise.resolve(visitors.visits > visits + 1));
}

async function until(what: string, condition: () => Promise<boolean>): Promise<void> {
  const deadlineMs = Date.now() + patienceMs;
  while (!(await condition())) {
    if (Date.now() > deadlineMs) throw new Error(`waited in vain: ${what}`);
    await delay(pollMs);
  }
}

/** Every reported transaction is VALID on every peer, in the block that was reported; and all peers have one state after every block. */
async function compare(clubs: readonly Club[], reported: readonly Committed[]): Promise<string[]> {
  const last = Math.max(...reported.map(({ blockNumber }) => blockNumber));
  for (const club of clubs) await club.ledger.reach(last);
  const missing: string[] = [];
  for (const club of clubs) missing.push(...(await missingAt(club, reported)));
  const states = await Promise.all(clubs.map((club) => stateHashes(club, last)));
  const forked = (states[0] ?? []).flatMap((hash, block) =>
    states.every((list) => list[block] === hash) ? [] : [`block ${block}: peers differ`],
  );
  say(`${reported.length} transactions compared on ${clubs.length} peers, ${last + 1} states of each`);
  return [...missing, ...forked];
}

async function missingAt({ profile, network: { channel } }: Club, reported: readonly Committed[]): Promise<string[]> {
  const connection = new PeerConnection(profile.peer, profile.mspId);
  try {
    const qscc = connection.as(profile.client).getNetwork(channel).getContract('qscc');
    const faults: string[] = [];
    for (const { txId, blockNumber } of reported) {
      const found = await Promise.all([
        qscc.evaluateTransaction('GetTransactionByID', channel, txId),
        qscc.evaluateTransaction('GetBlockByTxID', channel, txId),
      ]).catch(() => undefined);
      const code = found && peer.ProcessedTransaction.deserializeBinary(found[0]).getValidationcode();
      const block = found && common.Block.deserializeBinary(found[1]).getHeader()?.getNumber();
      if (code !== peer.TxValidationCode.VALID || block !== blockNumber) {
        faults.push(
          `${profile.id}: ${txId} was reported VALID in block ${blockNumber}; it has code ${code} in block ${block}`,
        );
      }
    }
    return faults;
  } finally {
    connection.close();
  }
}

async function stateHashes({ profile }: Club, last: number): Promise<string[]> {
  const port = Number(profile.peer.address.split(':')[1]) + operationsPortOffset;
  const hashes: string[] = [];
  for (let block = 0; block <= last; block += 1) {
    const response = await fetch(`http://127.0.0.1:${port}/state/${block}`);
    const { stateHash } = (await response.json()) as { stateHash: string };
    hashes.push(stateHash);
  }
  return hashes;
}
