import { createHash } from 'node:crypto';
import type { Club } from './club.js';
import { addDays, type Journey } from './journey.js';
import { newId } from './secrets.js';
import type { Introduction } from './visit.js';

interface Policies {
  settings: Record<string, { version: number; value: number }[]>;
}

const policy = 'late-entry-hours';
const dayMs = 86_400_000;

/** The clubs change a policy by resolution, with final ballots and an early close; the contracts read the new version. */
export async function vote(journey: Journey, introduction: Introduction, today: string): Promise<void> {
  const { harbour, stJulians, orchard, tell } = journey;
  tell.chapter('The vote');
  const before = await inForce(harbour);
  const value = before.value === 72 ? 96 : 72;
  const proposalId = newId();
  const mark = (club: Club) => ({ actor: club.actor('delegate'), commandId: newId(), proposalId });
  const ballot = (club: Club, choice = 'for') => ({ actor: club.actor('delegate'), proposalId, choice });

  await tell.done(`Harbour circulates: late entries for ${value} hours. The roll is frozen`, () =>
    harbour.ledger.submit('governance:circulate', {
      ...mark(harbour),
      title: `Late entries for ${value} hours`,
      textHash: createHash('sha256').update(`Late entries are taken for ${value} hours.`).digest('hex'),
      action: { type: 'set-policy', name: policy, value },
      resolution: 'special',
      earlyClose: true,
      closesAtMs: Date.now() + 3 * dayMs,
    }),
  );
  await tell.done("Harbour's delegate votes", () => harbour.delegate.submit('governance:vote', ballot(harbour)));
  await tell.done("Orchard's delegate votes", () => orchard.delegate.submit('governance:vote', ballot(orchard)));
  await tell.refused('VOTING_NOT_OVER', 'Harbour closes with one ballot missing', () =>
    harbour.ledger.submit('governance:close', mark(harbour)),
  );
  await tell.refused('BALLOT_FINAL', "Harbour's delegate votes again, otherwise", () =>
    harbour.delegate.submit('governance:vote', ballot(harbour, 'against')),
  );
  await tell.refused('NOT_THE_DELEGATE', "A stranger votes for St Julian's", () =>
    stJulians.ledger.submit('governance:vote', ballot(stJulians)),
  );
  await tell.done("St Julian's delegate votes", () => stJulians.delegate.submit('governance:vote', ballot(stJulians)));
  const closed = await tell.done('Orchard closes: the whole roll has voted', () =>
    orchard.ledger.submit('governance:close', mark(orchard)),
  );
  tell.holds('The proposal is', (closed.result as { state: string }).state, 'carried');
  await tell.done("St Julian's executes what was carried", () =>
    stJulians.ledger.submit('governance:execute', mark(stJulians)),
  );

  const enacted = await enactedBy(orchard, proposalId, before.version);
  tell.holds(`The policy ${policy} has a new version, with the value`, enacted?.value, value);
  const late = await tell.refused('LATE_ENTRY_CLOSED', "St Julian's records a visit of last month late", async () => {
    const request = {
      actor: stJulians.actor('front-desk'),
      commandId: newId(),
      ...introduction,
      businessDate: addDays(today, -30),
      late: true,
    };
    return stJulians.ledger.command('visits.checkIn', request);
  });
  tell.holds('The contracts read what is in force', late['windowHours'], (await inForce(stJulians)).value);
}

/** The version that a proposal enacted; others may have enacted more since. */
async function enactedBy(club: Club, proposal: string, olderVersion: number): Promise<{ value: number } | undefined> {
  for (let version = olderVersion + 1; ; version += 1) {
    const record = (await club.ledger.read('governance:policy', policy, String(version))) as {
      value: number;
      proposal: string;
    } | null;
    if (record === null) return undefined;
    if (record.proposal === proposal) return record;
  }
}

async function inForce(club: Club): Promise<{ version: number; value: number }> {
  const policies = (await club.ledger.read('governance:policies')) as Policies;
  const setting = policies.settings[policy]?.at(-1);
  if (!setting) throw new Error(`no policy ${policy}`);
  return setting;
}
