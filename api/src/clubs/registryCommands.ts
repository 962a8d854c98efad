import type { Schemas } from '@reciprocal-clubs/openapi/types';
import { command } from '../operations/command.js';

/** Founds the registry from the founders' list in the chaincode's package; any founder may, once. */
export const foundRegistry = command({
  name: 'clubs.found',
  request: (club) => Promise.resolve({ ledger: null, subject: { kind: 'club', id: club.id } }),
});

/** Writes a club's directory entry; the contract refuses to write another club's. */
export const describeClub = command<Schemas['DescribeClubBody']>({
  name: 'clubs.describe',
  request: (_club, { actor, params: { clubId = '' }, body }) =>
    Promise.resolve({ ledger: { ...body, actor, club: clubId }, subject: { kind: 'club', id: clubId } }),
});
