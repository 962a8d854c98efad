import { contracts } from '@reciprocal-clubs/chaincode/contracts.js';
import { contractChaincode } from '@reciprocal-clubs/network/devnet/chaincode/inProcess.js';
import { startInProcess, type InProcessNetwork } from '@reciprocal-clubs/network/devnet/inProcess.js';
import type { ChaincodeHost } from '@reciprocal-clubs/network/devnet/ports.js';
import { clubsDefinition } from '@reciprocal-clubs/network/clubsDefinition.js';
import { signaturePolicy } from '@reciprocal-clubs/network/identity/policyLanguage.js';
import { alterable } from './altered.js';
import { clubIds, founders, mspOf } from './clubs.js';

export interface WorldOptions {
  /** hosts that run the chaincode in processes of their own */
  readonly elsewhere?: (mspId: string) => ChaincodeHost;
  /** who is no founder, by club id */
  readonly without?: readonly string[];
}

interface Setting extends WorldOptions {
  /** milliseconds since 1970 by the clock of a club's peer */
  readonly clock: (mspId: string) => number;
  /** whether a club runs chaincode of its own making at the moment */
  readonly isAltered: (mspId: string) => boolean;
}

/** Five clubs in one process, without sockets, each with the contracts on its peer. */
export function fiveClubs({ elsewhere, without = [], clock, isAltered }: Setting): Promise<InProcessNetwork> {
  const members = founders.filter(({ id }) => !without.includes(id));
  return startInProcess({
    clubs: clubIds.map(mspOf),
    clock,
    definition: clubsDefinition(
      { version: '1.0', packageId: 'clubs_1.0:00', mspIds: clubIds.map(mspOf) },
      signaturePolicy,
    ),
    chaincode: (mspId) =>
      elsewhere?.(mspId) ??
      alterable(contractChaincode(contracts({ founders: members, clock: () => clock(mspId) })), () => isAltered(mspId)),
  });
}
