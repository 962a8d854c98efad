import { addDays, command, refusedByAll, type Journey } from './journey.js';
import { newId } from './secrets.js';

/** What the visitor's pass tells the host. */
export interface Introduction {
  readonly home: string;
  readonly host: string;
  readonly agreementId: string;
  readonly passId: string;
  readonly pseudonym: string;
}

const firstMember = 1042;

/** A member of Harbour visits St Julian's until the limit, and once beyond it. */
export async function visit(
  journey: Journey,
  { agreementId, today }: { agreementId: string; today: string },
): Promise<Introduction> {
  const { harbour, stJulians, tell, secrets } = journey;
  tell.chapter('The visitor');
  const member = await nextMember(journey);
  const { pseudonym, exclusionTag } = harbour.secrets.member(member, agreementId);
  const introduction = { home: harbour.id, host: stJulians.id, agreementId, passId: newId(), pseudonym };
  for (const [what, word] of Object.entries({
    member,
    pseudonym,
    'exclusion tag': exclusionTag,
    'pass id': introduction.passId,
    'business date': today,
  })) {
    secrets.set(what, word);
  }
  await tell.done(`Harbour issues a pass for ${member}: the ledger sees a salted pseudonym`, () =>
    command(journey, harbour, 'passes.issue', {
      actor: harbour.actor('secretary'),
      commandId: newId(),
      ...introduction,
      category: 'full',
      from: addDays(today, -2),
      to: addDays(today, 14),
      party: { family: 0, guests: 1 },
      residentOk: true,
      exclusionTag,
    }),
  );
  const arrival = (businessDate: string, more: object = {}) => ({
    actor: stJulians.actor('front-desk'),
    commandId: newId(),
    ...introduction,
    businessDate,
    late: businessDate !== today,
    ...more,
  });
  for (const date of [addDays(today, -2), addDays(today, -1)]) {
    await tell.done(`St Julian's records the visit of ${date} late`, () =>
      command(journey, stJulians, 'visits.checkIn', arrival(date)),
    );
  }
  await tell.refused('LIMIT_REACHED', 'Today it signs the visitor in', () =>
    refusedByAll(stJulians, 'visits.checkIn', arrival(today)),
  );
  await tell.refused('OVERRIDE_NOT_ALLOWED', 'The desk admits all the same', () =>
    refusedByAll(stJulians, 'visits.checkIn', arrival(today, { override: 'goodwill' })),
  );
  await tell.done('The manager admits against the rule, by name and reason', () =>
    command(
      journey,
      stJulians,
      'visits.checkIn',
      arrival(today, { actor: stJulians.actor('manager'), override: 'goodwill' }),
    ),
  );
  const again = await tell.done('Another desk signs the visitor in: it is the same visit', () =>
    command(journey, stJulians, 'visits.checkIn', arrival(today)),
  );
  tell.holds('Transactions that the re-entry cost', again.committed, undefined);
  await tell.done('The visitor leaves', () =>
    command(journey, stJulians, 'visits.checkOut', {
      actor: stJulians.actor('front-desk'),
      commandId: newId(),
      ...introduction,
      businessDate: today,
    }),
  );
  return introduction;
}

/** The next member that has no pass yet: the journey can be made again on the same ledger. */
async function nextMember({ harbour }: Journey): Promise<string> {
  let issued = 0;
  let after: string | undefined;
  do {
    const page = (await harbour.ledger.list({ kind: 'pass', limit: 100, ...(after !== undefined && { after }) })) as {
      records: unknown[];
      after: string | null;
    };
    issued += page.records.length;
    after = page.after ?? undefined;
  } while (after !== undefined);
  return `HRB-${firstMember + issued}`;
}
