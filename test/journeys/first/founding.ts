import { newKey, type Journey } from './journey.js';

/** The registry is founded; each club writes its own directory entry; a club writing another's is refused. */
export async function founding({ harbour, stJulians, orchard, tell }: Journey): Promise<void> {
  tell.chapter('The registry');
  const clubs = [harbour, stJulians, orchard];
  await tell.refused('ALREADY_FOUNDED', 'Orchard founds the registry again', () =>
    orchard.as('manager').POST('/registry', { params: newKey(), body: {} }),
  );
  for (const club of clubs) {
    await tell.done(
      `${club.name} writes its directory entry and accredits its delegate`,
      { type: 'clubs.described', at: clubs },
      () => club.as('secretary').POST('/clubs/{clubId}/directory', describe(club.id, club.delegateHash)),
    );
  }
  await tell.refused('NOT_YOUR_CLUB', 'Harbour writes the entry of Orchard', () =>
    harbour.as('secretary').POST('/clubs/{clubId}/directory', describe(orchard.id, orchard.delegateHash)),
  );
  const { data } = await orchard.as('front-desk').GET('/clubs');
  tell.holds(
    'The directory at Orchard lists',
    data?.items.map(({ legalName }) => legalName).sort(),
    clubs.map(({ name }) => name).sort(),
  );
}

const describe = (clubId: string, delegate: string) => ({
  params: { ...newKey(), path: { clubId } },
  body: {
    facilities: ['dining room', 'library', 'squash court'],
    dressCode: 'Jacket and tie after six.',
    closures: [],
    keys: [],
    delegate,
  },
});
