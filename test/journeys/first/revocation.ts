import { newKey, remember, type Journey } from './journey.js';

/** Harbour withdraws the introduction alone, while the host's peer is away; when it is back, the host refuses. */
export async function revocation(journey: Journey, passId: string): Promise<void> {
  const { harbour, stJulians, tell } = journey;
  tell.chapter('The revocation');
  stJulians.stopPeer();
  tell.note("St Julian's peer is stopped.");
  const revoked = await tell
    .done('Harbour revokes the pass alone', { type: 'passes.revoked', at: [harbour] }, () =>
      harbour.as('secretary').POST('/passes/{passId}/revoke', {
        params: { ...newKey(), path: { passId } },
        body: { code: 'standing' },
      }),
    )
    .finally(() => stJulians.startPeer());
  remember(journey, revoked);
  tell.note("St Julian's peer is started again and catches up.");
  const heard = await stJulians.inbox.event('passes.revoked', revoked.ledger.txId);
  tell.holds("St Julian's hears of it", heard?.type, 'passes.revoked');
  await tell.refused('PASS_REVOKED', "The visitor comes back to St Julian's", () =>
    stJulians.as('front-desk').POST('/visits', { params: newKey(), body: { passId } }),
  );
}
