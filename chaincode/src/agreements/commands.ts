import { bilateralCommand, ownCommand } from '../ledger/commands';
import { acceptAgreement } from './acceptAgreement';
import { proposeAgreement } from './proposeAgreement';
import { resumeAgreement } from './resumeAgreement';
import { suspendAgreement } from './suspendAgreement';

const both = ({ parties: [a = '', b = ''] }: { parties: readonly string[] }): readonly [string, string] => [a, b];

export const agreementCommands = [
  bilateralCommand({
    name: 'agreements.propose',
    roles: ['manager'],
    request: 'ProposeAgreement',
    parties: both,
    run: proposeAgreement,
  }),
  bilateralCommand({
    name: 'agreements.accept',
    roles: ['manager'],
    request: 'AcceptAgreement',
    parties: both,
    run: acceptAgreement,
  }),
  ownCommand({
    name: 'agreements.suspend',
    standings: ['active', 'suspended', 'withdrawn', 'expelled'],
    roles: ['manager'],
    request: 'SuspendAgreement',
    parties: both,
    run: suspendAgreement,
  }),
  ownCommand({
    name: 'agreements.resume',
    standings: ['active', 'suspended', 'withdrawn', 'expelled'],
    roles: ['manager'],
    request: 'ResumeAgreement',
    parties: both,
    run: resumeAgreement,
  }),
];
