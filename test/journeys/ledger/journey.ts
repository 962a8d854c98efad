import type { Committed } from '@reciprocal-clubs/api/fabric/submission.js';
import { LedgerError } from '@reciprocal-clubs/api/fabric/ledgerError.js';
import { SealedEnvelope } from '@reciprocal-clubs/api/fabric/sealedEnvelope.js';
import type { Club } from './club.js';
import type { Narrator } from './narrator.js';

/** Who takes part, and what the chapters hand on. */
export interface Journey {
  readonly harbour: Club;
  readonly stJulians: Club;
  readonly orchard: Club;
  readonly tell: Narrator;
  /** sealed transactions of this run: what Orchard will look at */
  readonly sealed: Committed[];
  /** words that Orchard must find nowhere, by what they are */
  readonly secrets: Map<string, string>;
}

/** Carries out a sealed command as the club's client and keeps its transaction for the last chapter. */
export async function command(journey: Journey, club: Club, name: string, request: object) {
  const done = await club.ledger.command(name, request);
  if (done.committed) journey.sealed.push(done.committed);
  journey.secrets.set(`command ${name}`, name);
  return done;
}

/**
 * The same refusal twice: from the own peer with its explanation, and from the peers that were asked to endorse all the same.
 *
 * @throws the contract's refusal, after the peers have given it too
 */
export async function refusedByAll(club: Club, name: string, request: object): Promise<never> {
  const envelope = new SealedEnvelope(name, request);
  const prepared = await club.ledger.prepare(envelope);
  const endorsers = prepared.endorsers.length ? prepared.endorsers : [club.profile.mspId];
  try {
    await club.ledger.submitPrepared(envelope, { carry: prepared.carry, endorsers });
  } catch (error) {
    if (!(error instanceof LedgerError) || error.code !== prepared.refusal?.code) throw error;
    throw new LedgerError(error.code, prepared.refusal.details);
  }
  throw new Error(`${name} was carried out`);
}

/** The host's business date, as the contract sees it. */
export async function businessDateOf(host: Club, home: Club, stay: object): Promise<string> {
  const envelope = new SealedEnvelope('visits.checkIn', {
    actor: host.actor('front-desk'),
    home: home.id,
    host: host.id,
    ...stay,
    businessDate: '2000-01-01',
    late: false,
  });
  const { refusal } = await host.ledger.prepare(envelope);
  const today = refusal?.details['today'];
  if (typeof today !== 'string') throw new Error(`no business date: ${JSON.stringify(refusal)}`);
  return today;
}

export const addDays = (date: string, days: number): string =>
  new Date(Date.parse(`${date}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
