import { setTimeout as delay } from 'node:timers/promises';
import { LedgerError } from '@reciprocal-clubs/api/fabric/ledgerError.js';
import { command, refusedByAll, type Journey } from './journey.js';
import { newId } from './secrets.js';
import type { Introduction } from './visit.js';

const patienceMs = 60_000;
const pollMs = 100;

/** Harbour withdraws the introduction alone, while the host's peer is away; when it is back, the host refuses. */
export async function revocation(journey: Journey, introduction: Introduction, today: string): Promise<void> {
  const { harbour, stJulians, tell } = journey;
  tell.chapter('The revocation');
  const { home, host, passId } = introduction;
  const arrival = () => ({
    actor: stJulians.actor('front-desk'),
    commandId: newId(),
    ...introduction,
    businessDate: today,
    late: false,
  });
  stJulians.stopPeer();
  tell.note("St Julian's peer is stopped.");
  try {
    await tell.done('Harbour revokes the pass alone', () =>
      command(journey, harbour, 'passes.revoke', {
        actor: harbour.actor('secretary'),
        home,
        host,
        passId,
        code: 'standing',
      }),
    );
  } finally {
    stJulians.startPeer();
  }
  tell.note("St Julian's peer is started again and catches up.");
  await tell.refused('PASS_REVOKED', "The visitor comes back to St Julian's", () =>
    settled(() => refusedByAll(stJulians, 'visits.checkIn', arrival())),
  );
}

/** The answer once it is none of a peer that starts: it is away, stands behind, or has not found the others again. */
async function settled(ask: () => Promise<never>): Promise<never> {
  const deadlineMs = Date.now() + patienceMs;
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      const passes = error instanceof LedgerError && error.retryable;
      if (!passes || Date.now() > deadlineMs) throw error;
      await delay(pollMs);
    }
  }
}
