import { bilateralCommand, ownCommand } from '../ledger/commands';
import { issuePass } from './issuePass';
import { revokePass } from './revokePass';

export const passCommands = [
  bilateralCommand({
    name: 'passes.issue',
    roles: ['secretary', 'manager'],
    request: 'IssuePass',
    parties: ({ home, host }) => [home, host],
    run: issuePass,
  }),
  ownCommand({
    name: 'passes.revoke',
    standings: ['active', 'suspended', 'withdrawn', 'expelled'],
    roles: ['secretary', 'manager'],
    request: 'RevokePass',
    parties: ({ home, host }) => [home, host],
    run: revokePass,
  }),
];
