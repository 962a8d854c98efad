/**
 * Follows a club's events until Ctrl-C: npm run events -- --club stjulians [--consumer <name>] [--json]. It goes on where the last one of
 * this name was; a new name begins at the first event. With --json each line is the CloudEvent as it is.
 */
import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { compiled, fail, readOptions } from './options.mjs';

const againMs = 1_000;
const { data, values } = readOptions({
  club: { type: 'string' },
  consumer: { type: 'string', default: 'terminal' },
  json: { type: 'boolean', default: false },
});
if (!/^[A-Za-z0-9_-]{1,64}$/.test(values.consumer)) fail('A consumer is named by letters, digits, - and _.', 2);
const nats = readerOf(values.club);
const { connectNats } = await compiled('listener', 'nats/connectNats.js');
const { followEvents } = await compiled('listener', 'nats/follow.js');

const told = new AbortController();
// Whoever read the lines may be gone: head, or a closed terminal.
process.stdout.on('error', () => told.abort());
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => told.abort());
let trouble = '';
while (!told.signal.aborted) {
  await follow().catch((error) => {
    if (error.message !== trouble) console.error(`Waiting for the events of ${values.club}: ${error.message}`);
    trouble = error.message;
  });
  await delay(againMs, undefined, { signal: told.signal }).catch(() => {});
}
process.exit(0);

async function follow() {
  const connection = await connectNats(nats, 'npm run events');
  try {
    await followEvents(connection, { name: values.consumer, from: 'first', signal: told.signal }, (event) => {
      trouble = '';
      console.log(values.json ? jsonOf(event) : lineOf(event));
    });
  } finally {
    await connection.close();
  }
}

function lineOf({ time, type, subject, data: { block, txId, record } }) {
  return `${time} ${type} ${subject} block ${block} tx ${txId.slice(0, 8)} ${jsonOf(record)}`;
}

/** Clubs write texts; what a terminal would take for a command, or would show in another order, is escaped. */
function jsonOf(value) {
  return JSON.stringify(value).replace(/[\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

/** As the network's profile has it. */
function readerOf(clubId) {
  const profile = join(data, 'profile.json');
  const clubs = readClubs(profile);
  const club = clubs.find(({ id }) => id === clubId);
  if (!club) fail(`Which club? ${clubs.map(({ id }) => `--club ${id}`).join(', ')}`, 2);
  return { ...club.nats, passwordFile: resolve(dirname(profile), club.nats.passwordFile) };
}

function readClubs(profile) {
  try {
    return JSON.parse(readFileSync(profile, 'utf8')).clubs;
  } catch {
    fail(`There is no network in ${data}. Start one with: npm start`);
  }
}
