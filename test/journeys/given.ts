import type { Schemas } from '@reciprocal-clubs/openapi/types';
import type { Club } from './first/club.js';
import { addDays, newKey } from './first/journey.js';
import type { Called } from './first/narrator.js';
import type { System } from './system.js';

let members = 5000;

/** A member of Harbour whom no other test knows. */
export const nextMember = (): string => `HRB-${(members += 1)}`;

/** A facility that only Harbour and St Julian's write of. */
export const facility = 'rooftop orangery';

export const limit = { unit: 'day', window: { kind: 'rolling', days: 30 }, max: 2 } as const;

/** Terms of the two clubs: at the first, with two days' notice; at the second, with a rule for everything that is asked of a pass. */
export const termsOf = (noticed: Club, ruled: Club): Schemas['Terms'] => ({
  directions: [
    { host: noticed.id, advanceNoticeDays: 2, noticeDays: 60 },
    {
      host: ruled.id,
      eligibleCategories: ['full', 'overseas'],
      letterValidityDays: 30,
      limits: [limit],
      residencyExclusionKm: 50,
      family: { partners: 1, children: 2 },
      guests: { perVisit: 3, accompanied: true },
      facilities: [{ name: facility, allowed: false }],
      payment: { kind: 'settle-with-host' },
      noticeDays: 60,
    },
  ],
});

/** The agreement of Harbour and St Julian's, in force since the day before yesterday; made unless there is one. */
export async function activeAgreement({ harbour, stJulians }: System): Promise<Schemas['AgreementView']> {
  const partner = stJulians.id;
  const { data } = await harbour.as('manager').GET('/agreements', { params: { query: { partner, state: 'active' } } });
  const [live] = data?.items ?? [];
  if (live) return live;
  const effectiveFrom = addDays(await stJulians.today(), -2);
  const proposed = await known(
    'agreements.proposed',
    [stJulians],
    await harbour.as('manager').POST('/agreements', {
      params: newKey(),
      body: { partner, effectiveFrom, terms: termsOf(harbour, stJulians) },
    }),
  );
  return known(
    'agreements.accepted',
    [harbour],
    await stJulians.as('manager').POST('/agreements/{agreementId}/accept', {
      params: { ...newKey(), path: { agreementId: proposed.id } },
      body: { termsHash: proposed.versions[0]?.termsHash ?? '' },
    }),
  );
}

/** What Harbour's secretary asks for: a pass for a member, from today for a week unless told otherwise. */
export async function introduction(
  system: System,
  more: Partial<Schemas['IssuePassBody']> = {},
): Promise<Schemas['IssuePassBody']> {
  const { id: agreementId } = await activeAgreement(system);
  const today = await system.stJulians.today();
  return {
    ...{ agreementId, memberNumber: nextMember(), category: 'full', from: today, to: addDays(today, 6) },
    ...{ party: { family: 0, guests: 1 }, residentOk: true },
    ...more,
  };
}

export async function issuedPass(
  system: System,
  more: Partial<Schemas['IssuePassBody']> = {},
): Promise<Schemas['PassView']> {
  const body = await introduction(system, more);
  const { harbour, stJulians } = system;
  return known('passes.issued', [stJulians], await harbour.as('secretary').POST('/passes', { params: newKey(), body }));
}

/** A visitor at St Julian's door. */
export const arrive = (
  { stJulians }: System,
  body: Schemas['CheckInBody'],
  role: 'front-desk' | 'manager' = 'front-desk',
) => stJulians.as(role).POST('/visits', { params: newKey(), body });

export interface OnLedger {
  readonly ledger: Schemas['LedgerPlace'];
}

/** The record that a command made or changed. @throws Error when it was refused */
export function made<Data extends object>({ data, error }: Called<Data>): Extract<Data, OnLedger> {
  const isRecord = (value: Data | undefined): value is Extract<Data, OnLedger> =>
    value !== undefined && 'ledger' in value;
  if (!isRecord(data)) throw new Error(JSON.stringify(error ?? data));
  return data;
}

/** The record, once these clubs know of it too: each follows the ledger by itself. */
export async function known<Data extends object>(
  type: string,
  at: readonly Club[],
  called: Called<Data>,
): Promise<Extract<Data, OnLedger>> {
  const record = made(called);
  for (const club of at)
    if (!(await club.inbox.event(type, record.ledger.txId))) throw new Error(`${club.name} did not hear of ${type}`);
  return record;
}
