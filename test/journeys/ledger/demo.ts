/** The journey on a running network: `demo.js <profile.json>`. Exits with 1 when a step does not end as it must. */
import { agreement } from './agreement.js';
import { Club } from './club.js';
import { founding } from './founding.js';
import type { Journey } from './journey.js';
import { Narrator, StepFailedError } from './narrator.js';
import { privacy } from './privacy.js';
import { loadProfile, type NetworkProfile } from './profile.js';
import { revocation } from './revocation.js';
import { visit } from './visit.js';
import { vote } from './vote.js';

const [path] = process.argv.slice(2);
if (path === undefined) {
  console.error('usage: demo <profile.json>');
  process.exit(2);
}

const network = loadProfile(path);
const clubs = ['harbour', 'stjulians', 'orchard'].map((id) => openClub(network, id));
const tell = new Narrator(console.log, async (blockNumber) => {
  for (const club of clubs) if (!club.peerStopped) await club.ledger.reach(blockNumber);
});
// A journey that is broken off leaves no peer stopped.
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    for (const club of clubs) if (club.peerStopped) club.startPeer();
    process.exit(130);
  });
}
try {
  console.log(`Three clubs on ${network.name}: + done, - refused as it must be, = so it is.`);
  await travel(clubs, tell);
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
console.log(
  tell.failures === 0 ? '\nEvery step ended as it must.' : `\nSteps that did not end as they must: ${tell.failures}`,
);
process.exitCode = tell.failures === 0 ? 0 : 1;

async function travel([harbour, stJulians, orchard]: Club[], narrator: Narrator): Promise<void> {
  if (!harbour || !stJulians || !orchard) throw new Error('the journey needs its three clubs');
  const journey: Journey = { harbour, stJulians, orchard, tell: narrator, sealed: [], secrets: new Map() };
  await founding(journey);
  const agreed = await agreement(journey);
  const introduction = await visit(journey, agreed);
  await revocation(journey, introduction, agreed.today);
  await vote(journey, introduction, agreed.today);
  await privacy(journey);
}

function openClub(profile: NetworkProfile, id: string): Club {
  const club = profile.clubs.find((candidate) => candidate.id === id);
  if (!club) throw new Error(`the profile names no club ${id}`);
  return new Club(club, profile);
}
