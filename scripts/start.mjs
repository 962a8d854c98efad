/** Brings the network up and keeps it up until Ctrl-C. A second start goes on with what is there. */
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
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
  say('Compiling ...');
  await build(told.signal);
  const { startDevnet } = await import('../network/dist/src/supervisor/devnet.js');
  running = await startDevnet({ data, consortium, clubNodes: true, say, signal: told.signal });
  await foundRegistry(running.profile);
  announce();
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

/** The founders' list is in the package; the first start carries it onto the ledger. */
async function foundRegistry(profilePath) {
  const { foundRegistry: found } = await import('../api/dist/src/clubs/foundRegistry.js');
  const { ClubLedger } = await import('../api/dist/src/fabric/clubLedger.js');
  const { PeerConnection } = await import('../api/dist/src/fabric/connection.js');
  const profile = JSON.parse(readFileSync(profilePath, 'utf8'));
  const text = (path) => readFileSync(resolve(dirname(profilePath), path), 'utf8');
  const [{ mspId, peer, client }] = profile.clubs;
  const connection = new PeerConnection({ ...peer, tlsRootCertificate: text(peer.tlsRootCertificate) }, mspId);
  const ledger = new ClubLedger(
    connection,
    { certificate: text(client.certificate), privateKey: text(client.privateKey) },
    profile,
  );
  try {
    const committed = await found(ledger);
    say(committed ? `The registry is founded (block ${committed.blockNumber}).` : 'The registry was founded before.');
  } finally {
    await ledger.close();
    connection.close();
  }
}

function announce() {
  say('Ready.');
  console.log(`
This is devnet: our own peers and ordering node, which speak Fabric's protocols, for first runs, development and demonstrations.
It is not Fabric: one ordering node, no gossip, no voting on chaincode. It listens on this machine only.

In another terminal:
  npm run demo                                 three clubs agree, admit a visitor and vote
  npm run network -- status                    what runs where
  npm run network -- stop stjulians-peer       and start it again with: start stjulians-peer
Ctrl-C stops everything; npm start goes on with the same ledger; npm run reset wipes it.
`);
}
