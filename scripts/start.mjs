/** Brings the network up and keeps it up until Ctrl-C. A second start goes on with what is there. */
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { build } from './build.mjs';
import { readOptions } from './options.mjs';

const started = Date.now();
const say = (line) => console.log(`[${((Date.now() - started) / 1000).toFixed(1).padStart(5)} s] ${line}`);
const { data, values } = readOptions({ consortium: { type: 'string' } });

say('Compiling ...');
await build().catch((error) => fail(error.message));
const { startDevnet } = await import('../network/dist/src/supervisor/devnet.js');
const network = await startDevnet({ data, consortium: values.consortium, say }).catch((error) => fail(error.message));

let stopping;
const stop = (signal) => {
  stopping ??= (async () => {
    say(`${signal}: stopping everything ...`);
    await network.stop();
    say('Stopped. npm start goes on with the same ledger.');
    process.exit(0);
  })();
};
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, stop);

try {
  await foundRegistry();
  announce();
} catch (error) {
  if (!stopping) {
    console.error(error.message);
    await network.stop();
    process.exit(1);
  }
}

/** The founders' list is in the package; the first start carries it onto the ledger. */
async function foundRegistry() {
  const { foundRegistry: found } = await import('../api/dist/src/clubs/foundRegistry.js');
  const { ClubLedger } = await import('../api/dist/src/fabric/clubLedger.js');
  const { PeerConnection } = await import('../api/dist/src/fabric/connection.js');
  const profile = JSON.parse(readFileSync(network.profile, 'utf8'));
  const text = (path) => readFileSync(resolve(dirname(network.profile), path), 'utf8');
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

function fail(message) {
  console.error(message);
  process.exit(1);
}
