/** What `fabric-chaincode-node` loads: the contracts with the founders of this package and the host's clock. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { contracts as compose } from './contracts';
import { hostClock } from './ledger/clock';

// A transaction that throws outside of its promise must not leave a process that looks alive: the supervisor starts a new one.
process.on('uncaughtExceptionMonitor', () => process.exit(1));

const founders: unknown = JSON.parse(readFileSync(join(__dirname, '..', '..', 'founders.json'), 'utf8'));

export const contracts = compose({ founders, clock: hostClock });
