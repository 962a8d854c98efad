import type { Schemas } from '@reciprocal-clubs/openapi/types';

/** The other one of two clubs. */
export const partnerIn = (parties: readonly string[], club: string): string =>
  parties.find((party) => party !== club) ?? '';

/** Whose member goes where, seen from a club: it hosts the partner's, or its own visits. */
export const directionAt = (host: string, club: string): Schemas['Direction'] =>
  host === club ? 'hosting' : 'visiting';
