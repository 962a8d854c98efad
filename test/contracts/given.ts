import { createHash, randomBytes } from 'node:crypto';
import { clubIds } from './clubs.js';
import { World, type Options } from './world.js';

/** What the stories start from. */

export const id = (): string => randomBytes(16).toString('hex');
const hash = (): string => randomBytes(32).toString('hex');

export async function founded(): Promise<World> {
  const world = await World.start();
  await world.submit('harbour', 'clubs:found');
  return world;
}

/** Every club has its directory entry and its delegate. */
export async function described(): Promise<World> {
  const world = await founded();
  await describeAll(world);
  return world;
}

export async function describeAll(world: World, options: Options = {}): Promise<void> {
  for (const club of clubIds) {
    const actor = { ref: 'staff-3', role: 'secretary' };
    const entry = { actor, club, facilities: [], closures: [], keys: [], delegate: world.delegateHash(club) };
    await world.submit(club, 'clubs:describe', entry, options);
  }
}

interface Parties {
  parties?: [string, string];
  host?: string;
}

export function proposal(world: World, { parties = ['harbour', 'stjulians'] }: Parties = {}, more: object = {}) {
  return {
    actor: { ref: 'staff-1', role: 'manager' },
    parties,
    commandId: id(),
    agreementId: id(),
    effectiveFrom: world.date(-3),
    terms: {
      directions: parties.map((host) => ({
        host,
        eligibleCategories: ['full'],
        letterValidityDays: 30,
        limits: [{ unit: 'day', window: { kind: 'rolling', days: 30 }, max: 2 }],
        residencyExclusionKm: 50,
        family: { partners: 1, children: 2 },
        guests: { perVisit: 3, accompanied: true },
        noticeDays: 60,
        ...more,
      })),
    },
  };
}

/** Harbour and its partner have agreed. @param more further rules of both directions */
export async function agreed(more: object = {}, options: Parties & { world?: World; accept?: boolean } = {}) {
  const world = options.world ?? (await founded());
  const request = proposal(world, options, more);
  const proposed = await world.command('harbour', 'agreements.propose', request);
  const { termsHash } = (proposed.result as { versions: [{ termsHash: string }] }).versions[0];
  const { agreementId, parties } = request;
  const accept = { actor: request.actor, parties, commandId: id(), agreementId, termsHash };
  if (options.accept !== false) await world.command(options.host ?? 'stjulians', 'agreements.accept', accept);
  return { world, agreementId };
}

export function issue(world: World, agreementId: string, host = 'stjulians') {
  return {
    actor: { ref: 'staff-4', role: 'secretary' },
    home: 'harbour',
    host,
    commandId: id(),
    agreementId,
    passId: id(),
    pseudonym: hash(),
    category: 'full',
    from: world.date(-2),
    to: world.date(14),
    party: { family: 0, guests: 1 },
    residentOk: true,
    exclusionTag: hash(),
  };
}

/** A member of Harbour has a pass for St Julian's. */
export async function introduced(more: object = {}) {
  const { world, agreementId } = await agreed(more);
  const request = issue(world, agreementId);
  await world.command('harbour', 'passes.issue', request);
  const { home, host, passId, pseudonym, exclusionTag } = request;
  const presenceKey = (days: number): string =>
    `presence/${createHash('sha256')
      .update(`${exclusionTag}/${world.date(days)}`)
      .digest('hex')}`;
  return { world, stay: { home, host, agreementId, passId, pseudonym }, exclusionTag, presenceKey };
}
