import type { Schemas } from '@reciprocal-clubs/openapi/types';
import { command } from '../operations/command.js';
import { passSubject, requirePass } from './pass.js';

/** Withdraws an introduction, alone and for good. */
export const revokePass = command<Schemas['RevokePassBody']>({
  name: 'passes.revoke',
  async request(club, { actor, params: { passId = '' }, body }) {
    const { home, host } = await requirePass(club, passId);
    return { ledger: { ...body, actor, home, host, passId }, subject: passSubject(passId) };
  },
});
