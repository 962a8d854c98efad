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
}

/** A public command. */
export interface ConsortiumContext extends CommandContext {
  readonly state: ConsortiumStore;
  /** a club's own store, for what is compared with public bytes: nothing here is salted */
  own(mspId: string): Pick<OwnStore, 'hash' | 'putBytes'>;
  /** Adds a line to the transaction's one event. */
  announce(slice: string, change: string, id: string): void;
}

/** A command of two clubs. */
export interface BilateralContext extends CommandContext {
  readonly records: BilateralStore;
  /** a club's own store: any endorser can test its keys for presence, and write with that club's endorsement */
  own(mspId: string): Omit<OwnStore, 'get'>;
}

/** A command of one club: it reads bilateral records of its own half, and writes to its own store only. */
export interface OwnContext extends CommandContext {
  readonly records: Pick<BilateralStore, 'get'>;
  /** the caller's own store, plaintext included */
  own(mspId: string): OwnStore;
}
