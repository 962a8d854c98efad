import { consortiumCommand } from '../ledger/commands';
import { describeClub } from './describeClub';

export const clubCommands = [
  consortiumCommand({
    name: 'clubs.describe',
    roles: ['secretary', 'manager'],
    request: 'DescribeClub',
    run: describeClub,
  }),
];
