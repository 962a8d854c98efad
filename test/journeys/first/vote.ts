import { createHash } from 'node:crypto';
import type { Club } from './club.js';
import { addDays, newKey, type Journey } from './journey.js';

const policy = 'late-entry-hours';
const dayMs = 86_400_000;

/** The clubs change a policy by resolution, with final ballots and an early close; the contracts read the new version. */
export async function vote(
  { harbour, stJulians, orchard, tell }: Journey,
  passId: string,
  today: string,
): Promise<void> {
  tell.chapter('The vote');
  const all = [harbour, stJulians, orchard];
  const before = await newest(harbour);
  const value = before?.value === 72 ? 96 : 72;
  const proposal = await tell.done(
    `Harbour circulates: late entries for ${value} hours. The roll is frozen`,
    { type: 'governance.circulated', at: all },
    () =>
      harbour.as('delegate').POST('/proposals', {
        params: newKey(),
        body: {
          title: `Late entries for ${value} hours`,
          textHash: createHash('sha256').update(`Late entries are taken for ${value} hours.`).digest('hex'),
          action: { type: 'set-policy', name: policy, value },
          resolution: 'special',
          earlyClose: true,
          closesAtMs: Date.now() + 3 * dayMs,
        },
      }),
  );
  const path = { proposalId: proposal.id };
  const ballot = (club: Club, choice: 'for' | 'against' = 'for') =>
    club.as('delegate').POST('/proposals/{proposalId}/ballots', { params: { ...newKey(), path }, body: { choice } });
  const close = (club: Club) =>
    club.as('manager').POST('/proposals/{proposalId}/close', { params: { ...newKey(), path }, body: {} });
  const voted = { type: 'governance.voted', at: all };

  await tell.done("Harbour's delegate votes", voted, () => ballot(harbour));
  await tell.done("Orchard's delegate votes", voted, () => ballot(orchard));
  await tell.refused('VOTING_NOT_OVER', 'Harbour closes with one ballot missing', () => close(harbour));
  await tell.refused('BALLOT_FINAL', "Harbour's delegate votes again, otherwise", () => ballot(harbour, 'against'));
  await tell.refused('ROLE_NOT_ALLOWED', "St Julian's manager votes", () =>
    stJulians
      .as('manager')
      .POST('/proposals/{proposalId}/ballots', { params: { ...newKey(), path }, body: { choice: 'for' } }),
  );
  await tell.done("St Julian's delegate votes", voted, () => ballot(stJulians));
  const closed = await tell.done(
    'Orchard closes: the whole roll has voted',
    { type: 'governance.carried', at: all },
    () => close(orchard),
  );
  tell.holds('The proposal is', closed.state, 'carried');
  await tell.done("St Julian's executes what was carried", { type: 'governance.executed', at: all }, () =>
    stJulians.as('manager').POST('/proposals/{proposalId}/execute', { params: { ...newKey(), path }, body: {} }),
  );

  const enacted = await newest(orchard);
  tell.holds(`The policy ${policy} has a new version, enacted by this proposal, with the value`, enacted, {
    value,
    proposal: proposal.id,
  });
  const late = await tell.refused('LATE_ENTRY_CLOSED', "St Julian's records a visit of last month late", () =>
    stJulians
      .as('front-desk')
      .POST('/visits', { params: newKey(), body: { passId, businessDate: addDays(today, -30), late: true } }),
  );
  tell.holds('The contracts read what is in force', late['windowHours'], value);
}

async function newest(club: Club) {
  const { data } = await club.as('auditor').GET('/policies/{name}', { params: { path: { name: policy } } });
  const [version] = data?.versions ?? [];
  return version && { value: version.value, proposal: version.proposal };
}
