import type { Club } from './club.js';
import { addDays, businessDateOf, command, refusedByAll, type Journey } from './journey.js';
import { newId } from './secrets.js';

interface Agreement {
  id: string;
  state: string;
  versions: { termsHash: string }[];
}

/** Harbour proposes, St Julian's accepts the same terms by their hash; whoever may not is refused by every endorser. */
export async function agreement(journey: Journey): Promise<{ agreementId: string; today: string }> {
  const { harbour, stJulians, orchard, tell, secrets } = journey;
  tell.chapter('The agreement');
  const parties = [harbour.id, stJulians.id];
  const manager = (club: Club) => ({ actor: club.actor('manager'), commandId: newId() });
  const nowhere = { commandId: newId(), agreementId: newId(), passId: newId(), pseudonym: '0'.repeat(64) };
  const today = await businessDateOf(stJulians, harbour, nowhere);
  const proposal = { agreementId: newId(), terms: termsOf(harbour, stJulians), effectiveFrom: addDays(today, -2) };
  secrets.set('a facility of the terms', 'coastal suite');

  await tell.refused('PARTNER_IS_SELF', 'Harbour proposes to itself', () =>
    refusedByAll(harbour, 'agreements.propose', {
      ...manager(harbour),
      ...proposal,
      parties: [harbour.id, harbour.id],
    }),
  );
  await tell.refused('NOT_A_PARTY', "Orchard proposes for Harbour and St Julian's", () =>
    refusedByAll(orchard, 'agreements.propose', { ...manager(orchard), ...proposal, parties }),
  );

  const live = await liveAgreement(harbour);
  if (live?.state === 'active') {
    await tell.refused('AGREEMENT_LIVE', 'Harbour proposes: the two clubs have a live agreement already', () =>
      refusedByAll(harbour, 'agreements.propose', { ...manager(harbour), ...proposal, parties }),
    );
    secrets.set('agreement id', live.id);
    return { agreementId: live.id, today };
  }
  const agreementId = live?.id ?? proposal.agreementId;
  if (!live) {
    await tell.done('Harbour proposes: 2 days in any 30, each way', () =>
      command(journey, harbour, 'agreements.propose', { ...manager(harbour), ...proposal, parties }),
    );
  }
  await acceptance(journey, agreementId, parties);
  secrets.set('agreement id', agreementId);
  return { agreementId, today };
}

async function acceptance(journey: Journey, agreementId: string, parties: string[]): Promise<void> {
  const { harbour, stJulians, orchard, tell } = journey;
  const { versions } = (await liveAgreement(stJulians)) ?? { versions: [] };
  const acceptBy = (club: Club, termsHash = versions.at(-1)?.termsHash ?? '') => ({
    actor: club.actor('manager'),
    commandId: newId(),
    parties,
    agreementId,
    termsHash,
  });
  await tell.refused('OWN_PROPOSAL', 'Harbour accepts its own proposal', () =>
    refusedByAll(harbour, 'agreements.accept', acceptBy(harbour)),
  );
  await tell.refused('TERMS_HASH_MISMATCH', "St Julian's accepts other terms", () =>
    refusedByAll(stJulians, 'agreements.accept', acceptBy(stJulians, '0'.repeat(64))),
  );
  await tell.refused('NOT_A_PARTY', "Orchard accepts for St Julian's", () =>
    refusedByAll(orchard, 'agreements.accept', acceptBy(orchard)),
  );
  await tell.done("St Julian's accepts the same terms by their hash", () =>
    command(journey, stJulians, 'agreements.accept', acceptBy(stJulians)),
  );
}

async function liveAgreement(club: Club): Promise<Agreement | undefined> {
  const { records } = (await club.ledger.list({ kind: 'agreement' })) as { records: { record: Agreement }[] };
  return records.map(({ record }) => record).find(({ state }) => ['proposed', 'countered', 'active'].includes(state));
}

const termsOf = (a: Club, b: Club) => ({
  directions: [a, b].map(({ id }) => ({
    host: id,
    eligibleCategories: ['full', 'overseas'],
    letterValidityDays: 30,
    limits: [{ unit: 'day', window: { kind: 'rolling', days: 30 }, max: 2 }],
    guests: { perVisit: 3, accompanied: true },
    facilities: [{ name: 'coastal suite', allowed: false }],
    payment: { kind: 'settle-with-host' },
    liability: 'none',
    noticeDays: 60,
  })),
});
