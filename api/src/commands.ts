import { acceptAgreement } from './agreements/acceptAgreement.js';
import { proposeAgreement } from './agreements/proposeAgreement.js';
import { resumeAgreement } from './agreements/resumeAgreement.js';
import { suspendAgreement } from './agreements/suspendAgreement.js';
import { describeClub, foundRegistry } from './clubs/registryCommands.js';
import { castVote, circulateProposal, closeProposal, executeProposal } from './governance/proposalCommands.js';
import type { Command } from './operations/command.js';
import { issuePass } from './passes/issuePass.js';
import { revokePass } from './passes/revokePass.js';
import { checkIn } from './visits/checkIn.js';
import { checkOut } from './visits/checkOut.js';

/** Every command that the API takes, by its operationId in openapi/. */
export const commands: ReadonlyMap<string, Command> = new Map(
  [
    ...[foundRegistry, describeClub],
    ...[proposeAgreement, acceptAgreement, suspendAgreement, resumeAgreement],
    ...[issuePass, revokePass],
    ...[checkIn, checkOut],
    ...[circulateProposal, castVote, closeProposal, executeProposal],
  ].map((command) => [command.name, command]),
);
