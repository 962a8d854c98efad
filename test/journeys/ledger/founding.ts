import { LedgerError } from '@reciprocal-clubs/api/fabric/ledgerError.js';
import type { Club } from './club.js';
import type { Journey } from './journey.js';

/** The registry is founded; each club writes its own directory entry; a club writing another's is refused. */
export async function founding({ harbour, stJulians, orchard, tell }: Journey): Promise<void> {
  tell.chapter('The registry');
  if (await isFounded(harbour)) tell.note('The registry was founded before: it is founded once.');
  else
    await tell.done('Harbour founds the registry from the founders in the package', () =>
      harbour.ledger.submit('clubs:found'),
    );
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

async function isFounded(club: Club): Promise<boolean> {
  try {
    return (await club.ledger.read('clubs:registry')) !== null;
  } catch (error) {
    if (error instanceof LedgerError && error.code === 'NOT_FOUNDED') return false;
    throw error;
  }
}
