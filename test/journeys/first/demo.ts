/** The journey on a running system, over HTTP: `demo.js <profile.json>`. Exits with 1 when a step does not end as it must. */
import { agreement } from './agreement.js';
import { Club } from './club.js';
import { founding } from './founding.js';
import type { Journey } from './journey.js';
import { Narrator, StepFailedError } from './narrator.js';
import { privacy } from './privacy.js';
import { loadProfile } from './profile.js';
import { revocation } from './revocation.js';
import { visit } from './visit.js';
import { vote } from './vote.js';

const [path] = process.argv.slice(2);
if (path === undefined) {
  console.error('usage: demo <profile.json>');
  process.exit(2);
}

const startedMs = Date.now();
const network = loadProfile(path);
const clubs: Club[] = [];
const tell = new Narrator(console.log);
// A journey that is broken off leaves no peer stopped.
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    for (const club of clubs) if (club.peerStopped) club.startPeer();
    process.exit(130);
  });
}
try {
  console.log(
    `${new Date().toISOString()}  Three clubs on ${network.name}: + done, - refused as it must be, = so it is.`,
  );
  for (const profile of network.clubs) clubs.push(await Club.open(profile, network));
  await travel(clubs);
} catch (error) {
  if (error instanceof StepFailedError) {
    console.error('\nThe steps after it were not played.');
  } else {
    tell.failures += 1;
    console.error(error);
  }
} finally {
  for (const club of clubs) await club.close();
}
const took = `${((Date.now() - startedMs) / 1000).toFixed(1)} s`;
console.log(
  tell.failures === 0
    ? `\n${new Date().toISOString()}  Every step ended as it must (${took}).`
    : `\nSteps that did not end as they must: ${tell.failures}`,
);
process.exitCode = tell.failures === 0 ? 0 : 1;

async function travel([harbour, stJulians, orchard]: Club[]): Promise<void> {
  if (!harbour || !stJulians || !orchard) throw new Error('the journey needs its three clubs');
  const journey: Journey = { harbour, stJulians, orchard, tell, sealed: [], secrets: new Map() };
  await founding(journey);
  const agreed = await agreement(journey);
  const { passId } = await visit(journey, agreed);
  await revocation(journey, passId);
  await vote(journey, passId, agreed.today);
  await privacy(journey);
}
