import { bilateralCommand } from '../ledger/commands';
import { checkIn } from './checkIn';
import { checkOut } from './checkOut';

export const visitCommands = [
  bilateralCommand({
    name: 'visits.checkIn',
    roles: ['front-desk', 'manager'],
    request: 'CheckIn',
    parties: ({ home, host }) => [home, host],
    run: checkIn,
  }),
  bilateralCommand({
    name: 'visits.checkOut',
    standings: ['active', 'suspended', 'withdrawn', 'expelled'],
    roles: ['front-desk', 'manager'],
    request: 'CheckOut',
    parties: ({ home, host }) => [home, host],
    run: checkOut,
  }),
];
