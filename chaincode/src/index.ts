/** What `fabric-chaincode-node` loads: the contracts with the founders of this package and the host's clock. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { contracts as compose } from './contracts';
import { hostClock } from './ledger/clock';

// The runtime listens to both and goes on; a process in an unknown state must not look alive. Whoever started it starts a new one.
process.prependListener('uncaughtException', fail);
process.prependListener('unhandledRejection', fail);

function fail(error: unknown): never {
  console.error(error);
  process.exit(1);
}

const founders: unknown = JSON.parse(readFileSync(join(__dirname, '..', '..', 'founders.json'), 'utf8'));

export const contracts = compose({ founders, clock: hostClock });
