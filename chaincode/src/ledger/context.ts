import type { BilateralStore } from './bilateralStore';
import type { Caller } from './caller';
import type { ConsortiumStore } from './consortiumStore';
import type { OwnStore } from './ownStore';
import type { Club, PolicyName } from './registry';
import type { Schemas } from './schemas';

/** What every command sees. */
interface CommandContext {
  readonly caller: Caller;
  /** the club that the caller signs for */
  readonly callerClub: Club;
  /** the transaction's timestamp, checked against the peer's clock */
  readonly nowMs: number;
  /** SHA-256 of the request's canonical JSON, hex */
  readonly requestHash: string;
  /** @throws Refusal CLUB_NOT_FOUND; in sealed commands also for clubs that are not parties */
  club(id: string): Promise<Club>;
  directory(id: string): Promise<Schemas['Directory'] | undefined>;
  /** value in force at `nowMs` */
  policy(name: PolicyName): number;
  /** a club's own store; content is readable on that club's peer only */
  own(mspId: string): OwnStore;
}

/** A public command. */
export interface ConsortiumContext extends CommandContext {
  readonly state: ConsortiumStore;
  /** Adds a line to the transaction's one event. */
  announce(slice: string, change: string, id: string): void;
}

/** A command of two clubs. */
export interface BilateralContext extends CommandContext {
  readonly records: BilateralStore;
}

/** A command of one club: it reads bilateral records of its own half, and writes to its own store only. */
export interface OwnContext extends CommandContext {
  readonly records: Pick<BilateralStore, 'get'>;
}
