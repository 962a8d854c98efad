import { addDays, newKey, remember, type Journey } from './journey.js';

const firstMember = 1042;

/** A member of Harbour visits St Julian's until the limit, and once beyond it. @returns the pass */
export async function visit(
  journey: Journey,
  { agreementId, today }: { agreementId: string; today: string },
): Promise<{ passId: string }> {
  const { harbour, stJulians, tell, secrets } = journey;
  tell.chapter('The visitor');
  const both = [harbour, stJulians];
  const member = await nextMember(journey);
  const pass = remember(
    journey,
    await tell.done(
      `Harbour issues a pass for ${member}: the ledger sees a salted pseudonym`,
      { type: 'passes.issued', at: both },
      () =>
        harbour.as('secretary').POST('/passes', {
          params: newKey(),
          body: {
            agreementId,
            memberNumber: member,
            category: 'full',
            from: addDays(today, -2),
            to: addDays(today, 14),
            party: { family: 0, guests: 1 },
            residentOk: true,
          },
        }),
    ),
  );
  const words = { member, pseudonym: pass.pseudonym, 'exclusion tag': pass.exclusionTag, 'pass id': pass.id };
  for (const [what, word] of Object.entries({ ...words, 'business date': today })) secrets.set(what, word);
  const arrive = (
    role: 'front-desk' | 'manager',
    more: { businessDate?: string; late?: boolean; override?: 'goodwill' },
  ) => stJulians.as(role).POST('/visits', { params: newKey(), body: { passId: pass.id, ...more } });
  const heard = { type: 'visits.checked-in', at: both };

  for (const businessDate of [addDays(today, -2), addDays(today, -1)]) {
    remember(
      journey,
      await tell.done(`St Julian's records the visit of ${businessDate} late`, heard, () =>
        arrive('front-desk', { businessDate, late: true }),
      ),
    );
  }
  await tell.refused('LIMIT_REACHED', 'Today it signs the visitor in', () => arrive('front-desk', {}));
  await tell.refused('OVERRIDE_NOT_ALLOWED', 'The desk admits all the same', () =>
    arrive('front-desk', { override: 'goodwill' }),
  );
  const admitted = remember(
    journey,
    await tell.done('The manager admits against the rule, by name and reason', heard, () =>
      arrive('manager', { override: 'goodwill' }),
    ),
  );
  const again = await tell.done('Another desk signs the visitor in: it is the same visit', undefined, () =>
    arrive('front-desk', {}),
  );
  tell.holds('The re-entry cost a transaction', again.ledger.txId !== admitted.ledger.txId, false);
  remember(
    journey,
    await tell.done('The visitor leaves', { type: 'visits.checked-out', at: both }, () =>
      stJulians
        .as('front-desk')
        .POST('/visits/{visitId}/check-out', { params: { ...newKey(), path: { visitId: admitted.id } }, body: {} }),
    ),
  );
  return { passId: pass.id };
}

/** The next member that has no pass yet: the journey can be made again on the same ledger. */
async function nextMember({ harbour }: Journey): Promise<string> {
  let issued = 0;
  let cursor: string | undefined;
  do {
    const query = { direction: 'visiting' as const, limit: 100, ...(cursor !== undefined && { cursor }) };
    const { data } = await harbour.as('secretary').GET('/passes', { params: { query } });
    issued += data?.items.length ?? 0;
    cursor = data?.next ?? undefined;
  } while (cursor !== undefined);
  return `HRB-${firstMember + issued}`;
}
