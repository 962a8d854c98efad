import { foundRegistry } from '@reciprocal-clubs/api/clubs/foundRegistry.js';
import type { Club } from './club.js';
import type { Journey } from './journey.js';

/** The registry is founded; each club writes its own directory entry; a club writing another's is refused. */
export async function founding({ harbour, stJulians, orchard, tell }: Journey): Promise<void> {
  tell.chapter('The registry');
  const committed = await foundRegistry(harbour.ledger);
  tell.note(committed ? `Harbour founded it in block ${committed.blockNumber}.` : 'It was founded before.');
  await tell.refused('ALREADY_FOUNDED', 'Orchard founds it again', () => orchard.ledger.submit('clubs:found'));
  for (const club of [harbour, stJulians, orchard]) {
    await tell.done(`${club.name} writes its directory entry and accredits its delegate`, () =>
      club.ledger.submit('clubs:describe', entryOf(club, club)),
    );
  }
  await tell.refused('NOT_YOUR_CLUB', 'Harbour writes the entry of Orchard', () =>
    harbour.ledger.submit('clubs:describe', entryOf(harbour, orchard)),
  );
}

const entryOf = (author: Club, subject: Club) => ({
  actor: author.actor('secretary'),
  club: subject.id,
  facilities: ['dining room', 'library', 'squash court'],
  dressCode: 'Jacket and tie after six.',
  closures: [],
  keys: [],
  delegate: subject.delegateHash,
});
