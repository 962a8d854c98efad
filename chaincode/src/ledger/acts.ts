import { keyKind } from './keys';

/**
 * `act/<kind>/<record>`: a right that one club has alone, in its own collection. Endorsers of bilateral commands test for its presence.
 */
export const actKey = keyKind('act', 'own', 'Act', 2);
