/** Brings the network up and keeps it up until Ctrl-C. A second start goes on with what is there. */
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { build } from './build.mjs';
import { fail, pathOf, readOptions } from './options.mjs';

const startedMs = Date.now();
const say = (line) => console.log(`[${((Date.now() - startedMs) / 1000).toFixed(1).padStart(5)} s] ${line}`);
const { data, values } = readOptions({ consortium: { type: 'string' } });
const consortium = values.consortium && pathOf(values.consortium);

const told = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    if (told.signal.aborted) return;
    say(`${signal}: stopping everything ...`);
    told.abort();
  });
}
// A closed terminal takes the words, not the network: SIGHUP stops that in order.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

let running;
try {
  await requireNoOther();
  say('Compiling ...');
  await build(told.signal);
  const { startDevnet } = await import('../network/dist/src/supervisor/devnet.js');
  running = await startDevnet({ data, consortium, clubNodes: true, say, signal: told.signal });
  await foundRegistry(running.profile);
  announce(running.profile);
  await new Promise((stop) => {
    if (told.signal.aborted) stop();
    else told.signal.addEventListener('abort', stop);
  });
} catch (error) {
  if (!told.signal.aborted) {
    await running?.stop();
    fail(error.message);
  }
}
await running?.stop();
say('Stopped. npm start goes on with the same ledger.');
process.exit(0);

/** A network that runs on this folder is told before anything is compiled; startDevnet looks again. */
async function requireNoOther() {
  if (!existsSync(join(data, 'lock'))) return;
  const { takeFolder } = await import('../network/dist/src/supervisor/takeFolder.js').catch(() => ({}));
  takeFolder?.(data)();
}

/** The founders' list is in the package; the first start has Harbour's node carry it onto the ledger. */
async function foundRegistry(profilePath) {
  const { issueToken } = await import('../api/dist/src/http/issueToken.js');
  const [{ id, api, secrets }] = JSON.parse(readFileSync(profilePath, 'utf8')).clubs;
  const folder = resolve(dirname(profilePath), secrets);
  const token = await issueToken({ folder, clubId: id, subject: 'start', roles: ['operator'], hours: 1 });
  const authorization = `Bearer ${token}`;
  const known = await fetch(`${api}/clubs/${id}`, { headers: { authorization }, signal: told.signal });
  if (known.ok) return say('The registry was founded before.');
  const headers = {
    authorization,
    'content-type': 'application/json',
    'idempotency-key': randomBytes(16).toString('hex'),
  };
  const response = await fetch(`${api}/registry`, { method: 'POST', headers, body: '{}', signal: told.signal });
  const { ledger, code, title } = await response.json();
  if (!ledger) throw new Error(`The registry could not be founded: ${code ?? response.status} ${title ?? ''}`);
  say(`The registry is founded (block ${ledger.block}).`);
}

function announce(profilePath) {
  const [{ api }] = JSON.parse(readFileSync(profilePath, 'utf8')).clubs;
  const docs = `${api}/docs`;
  say('Ready.');
  console.log(`
This is devnet: our own peers and ordering node, which speak Fabric's protocols, for first runs, development and demonstrations.
It is not Fabric: one ordering node, no gossip, no voting on chaincode. It listens on this machine only.

In another terminal:
  npm run demo                                 three clubs agree, admit a visitor and vote
  npm run events -- --club stjulians           what happens, as St Julian's hears of it
  npm run token -- --club harbour --role secretary   a token for Harbour's API, which is described at ${docs}
  npm run network -- status                    what runs where
  npm run network -- stop stjulians-peer       and start it again with: start stjulians-peer
Ctrl-C stops everything; npm start goes on with the same ledger; npm run reset wipes it.
`);
}
