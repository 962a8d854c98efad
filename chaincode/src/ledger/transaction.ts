import { readCaller, type Caller } from './caller';
import type { Clock } from './clock';
import type { Command } from './commands';
import { ConsortiumStore } from './consortiumStore';
import type { TransactionContext } from './ports';
import { Refusal } from './refusal';
import { policyAt, readClub, readDirectory, type Club, type PolicyName } from './registry';
import type { Schemas } from './schemas';

export interface LedgerOptions {
  readonly commands: ReadonlyMap<string, Command>;
  readonly clock: Clock;
}

/** What one transaction is: who, when, and the public records it stands on. The base of every command's context. */
export class Transaction {
  readonly caller: Caller;
  readonly nowMs: number;
  readonly state: ConsortiumStore;

  constructor(readonly fabric: TransactionContext) {
    this.caller = readCaller(fabric.clientIdentity);
    const { seconds, nanos } = fabric.stub.getTxTimestamp();
    this.nowMs = Number(seconds) * 1000 + Math.floor(nanos / 1_000_000);
    this.state = new ConsortiumStore(fabric.stub);
  }

  /**
   * The transaction's time is data that the client chose. It must lie near the peer's clock; the clock is used to refuse and for nothing
   * else, so that honest endorsers agree.
   *
   * @throws Refusal CLOCK_OUT_OF_BOUNDS
   */
  requireTime(boundSeconds: number, clock: Clock): void {
    if (Math.abs(this.nowMs - clock()) > boundSeconds * 1000) throw new Refusal('CLOCK_OUT_OF_BOUNDS');
  }

  /** The parts of a command's context that all stores share. */
  base(callerClub: Club, policies: Schemas['Policies'], requestHash: string) {
    return {
      caller: this.caller,
      callerClub,
      nowMs: this.nowMs,
      requestHash,
      club: (id: string) => readClub(this.state, id),
      directory: (id: string) => readDirectory(this.state, id),
      policy: (name: PolicyName) => policyAt(policies, name, this.nowMs),
    };
  }
}

/** @throws Refusal ROLE_NOT_ALLOWED */
export function requireRole(command: Command, actor: Schemas['Actor']): void {
  if (!command.roles.includes(actor.role)) throw new Refusal('ROLE_NOT_ALLOWED', { roles: command.roles });
}
