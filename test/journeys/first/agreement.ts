import type { Club } from './club.js';
import { addDays, newKey, remember, type Journey } from './journey.js';

/** Harbour proposes, St Julian's accepts the same terms by their hash; whoever may not is refused. */
export async function agreement(journey: Journey): Promise<{ agreementId: string; today: string }> {
  const { harbour, stJulians, orchard, tell, secrets } = journey;
  tell.chapter('The agreement');
  const both = [harbour, stJulians];
  const today = await stJulians.today();
  const propose = (by: Club, partner: Club) =>
    by.as('manager').POST('/agreements', {
      params: newKey(),
      body: { partner: partner.id, terms: termsOf(by, stJulians), effectiveFrom: addDays(today, -2) },
    });
  secrets.set('a facility of the terms', 'coastal suite');

  await tell.refused('PARTNER_IS_SELF', 'Harbour proposes to itself', () => propose(harbour, harbour));
  await tell.refused('ROLE_NOT_ALLOWED', "Harbour's front desk proposes", () =>
    harbour.as('front-desk').POST('/agreements', {
      params: newKey(),
      body: { partner: stJulians.id, terms: termsOf(harbour, stJulians), effectiveFrom: today },
    }),
  );
  const live = await liveAgreement(harbour, stJulians);
  if (live?.state === 'active') {
    await tell.refused('AGREEMENT_LIVE', 'Harbour proposes: the two clubs have a live agreement already', () =>
      propose(harbour, stJulians),
    );
    secrets.set('agreement id', live.id);
    return { agreementId: live.id, today };
  }
  const proposed =
    live ??
    remember(
      journey,
      await tell.done('Harbour proposes: 2 days in any 30, each way', { type: 'agreements.proposed', at: both }, () =>
        propose(harbour, stJulians),
      ),
    );
  const path = { agreementId: proposed.id };
  const accept = (by: Club, termsHash = proposed.versions.at(-1)?.termsHash ?? '') =>
    by.as('manager').POST('/agreements/{agreementId}/accept', { params: { ...newKey(), path }, body: { termsHash } });
  await tell.refused('OWN_PROPOSAL', 'Harbour accepts its own proposal', () => accept(harbour));
  await tell.refused('TERMS_HASH_MISMATCH', "St Julian's accepts other terms", () => accept(stJulians, '0'.repeat(64)));
  await tell.refused('AGREEMENT_NOT_FOUND', 'Orchard accepts, having learnt the id', () => accept(orchard));
  remember(
    journey,
    await tell.done("St Julian's accepts the same terms by their hash", { type: 'agreements.accepted', at: both }, () =>
      accept(stJulians),
    ),
  );
  secrets.set('agreement id', proposed.id);
  return { agreementId: proposed.id, today };
}

async function liveAgreement(club: Club, partner: Club) {
  const { data } = await club.as('manager').GET('/agreements', { params: { query: { partner: partner.id } } });
  return data?.items.find(({ state }) => ['proposed', 'countered', 'active'].includes(state));
}

const termsOf = (a: Club, b: Club) => ({
  directions: [a, b].map(({ id }) => ({
    host: id,
    eligibleCategories: ['full', 'overseas'],
    letterValidityDays: 30,
    limits: [{ unit: 'day' as const, window: { kind: 'rolling' as const, days: 30 }, max: 2 }],
    guests: { perVisit: 3, accompanied: true },
    facilities: [{ name: 'coastal suite', allowed: false }],
    payment: { kind: 'settle-with-host' as const },
    liability: 'none' as const,
    noticeDays: 60,
  })),
});
