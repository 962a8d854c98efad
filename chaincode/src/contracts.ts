import { clubsContract } from './clubs/clubsContract';
import { agreementCommands } from './agreements/commands';
import { clubCommands } from './clubs/commands';
import { governanceCommands } from './governance/commands';
import { governanceContract } from './governance/governanceContract';
import type { Clock } from './ledger/clock';
import { commandTable, type Command } from './ledger/commands';
import { sealedContract } from './ledger/sealedContract';
import { hasSchema, schemaFaults, type Schemas } from './ledger/schemas';
import { canonicalJson } from './ledger/canonicalJson';
import { passCommands } from './passes/commands';
import { visitCommands } from './visits/commands';

/** Every command there is, whatever transaction carries it. */
export const commands: ReadonlyMap<string, Command> = commandTable([
  ...clubCommands,
  ...agreementCommands,
  ...passCommands,
  ...visitCommands,
  ...governanceCommands,
]);

export interface ChaincodeOptions {
  /** the founders' list, hashed into the package */
  readonly founders: unknown;
  /** the peer host's clock */
  readonly clock: Clock;
}

/**
 * The contract classes of one chaincode, for the Fabric runtime.
 *
 * @throws Error when the founders' list breaks its schema: such a chaincode does not load
 */
export function contracts({ founders, clock }: ChaincodeOptions) {
  if (!hasSchema('Founders', founders))
    throw new Error(`founders: ${canonicalJson(schemaFaults('Founders', founders))}`);
  requireDistinct(founders);
  const options = { commands, clock };
  return [clubsContract(founders, options), governanceContract(options), sealedContract(options)];
}

function requireDistinct(founders: readonly Schemas['Founder'][]): void {
  for (const field of ['id', 'mspId'] as const) {
    if (new Set(founders.map((founder) => founder[field])).size !== founders.length)
      throw new Error(`founders: two have the same ${field}`);
  }
  for (const { id, zone } of founders) {
    const ascending = zone.offsets.every(({ fromMs }, i) => i === 0 || fromMs > (zone.offsets[i - 1]?.fromMs ?? 0));
    if (!ascending) throw new Error(`founders: the offsets of ${id} are not in order of time`);
  }
}
