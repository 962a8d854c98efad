import type { ConsortiumStore } from './consortiumStore';
import { keyKind } from './keys';
import { Refusal } from './refusal';
import type { Schemas } from './schemas';

/** The public records every command looks at: who the clubs are and which policies are in force. */
export const registryKey = keyKind('registry', 'consortium', 'Registry', 0);
export const clubKey = keyKind('club', 'consortium', 'Club', 1);
export const directoryKey = keyKind('directory', 'consortium', 'Directory', 1);
export const policiesKey = keyKind('policies', 'consortium', 'Policies', 0);

export type Club = Schemas['Club'];
export type PolicyName = Schemas['PolicyName'];

/** @throws Refusal CLUB_NOT_FOUND */
export async function readClub(state: ConsortiumStore, id: string): Promise<Club> {
  const club = await state.get(clubKey(id));
  if (!club) throw new Refusal('CLUB_NOT_FOUND', { club: id });
  return club;
}

/** @throws Refusal CLUB_NOT_ACTIVE */
export function requireActive(club: Club, standings: readonly Club['status'][] = ['active']): void {
  if (!standings.includes(club.status)) throw new Refusal('CLUB_NOT_ACTIVE', { club: club.id, status: club.status });
}

/**
 * A club's directory entry, undefined when it has none. The club alone endorses this key, so its bytes are not trusted: an entry that
 * breaks its schema, or speaks for another club, counts as none.
 */
export async function readDirectory(state: ConsortiumStore, id: string): Promise<Schemas['Directory'] | undefined> {
  try {
    const entry = await state.get(directoryKey(id));
    return entry?.id === id ? entry : undefined;
  } catch (error) {
    if (error instanceof Refusal) return undefined;
    throw error;
  }
}

/** @throws Refusal NOT_FOUNDED */
export async function readPolicies(state: ConsortiumStore): Promise<Schemas['Policies']> {
  const policies = await state.get(policiesKey());
  if (!policies) throw new Refusal('NOT_FOUNDED');
  return policies;
}

/** The value of a policy at a moment: of its newest version that is effective by then. */
export function policyAt(policies: Schemas['Policies'], name: PolicyName, nowMs: number): number {
  const effective =
    policies.settings[name].filter((setting) => setting.effectiveAtMs <= nowMs).at(-1) ?? policies.settings[name][0];
  if (!effective) throw new Refusal('RECORD_INVALID', { schema: 'Policies' });
  return effective.value;
}
