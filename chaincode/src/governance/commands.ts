import { consortiumCommand } from '../ledger/commands';
import { castVote } from './castVote';
import { circulateProposal } from './circulateProposal';
import { closeProposal } from './closeProposal';
import { executeProposal } from './executeProposal';

export const governanceCommands = [
  consortiumCommand({
    name: 'governance.circulate',
    roles: ['delegate', 'manager', 'secretariat'],
    request: 'CirculateProposal',
    run: circulateProposal,
  }),
  consortiumCommand({
    name: 'governance.vote',
    roles: ['delegate'],
    standings: ['active', 'suspended'],
    request: 'CastVote',
    run: castVote,
  }),
  consortiumCommand({
    name: 'governance.close',
    roles: ['delegate', 'manager', 'secretariat'],
    request: 'CloseProposal',
    run: closeProposal,
  }),
  consortiumCommand({
    name: 'governance.execute',
    roles: ['delegate', 'manager', 'secretariat'],
    request: 'ExecuteProposal',
    run: executeProposal,
  }),
];
