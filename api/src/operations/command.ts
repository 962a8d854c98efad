import type { Schemas } from '@reciprocal-clubs/openapi/types';
import type { Club } from '../club.js';

export type Actor = Schemas['Actor'];

/** What a client asks for, as a command's code sees it. */
export interface Call<Body = unknown> {
  readonly actor: Actor;
  /** of the route */
  readonly params: Readonly<Record<string, string>>;
  readonly body: Body;
  /** An id that only this request of this client gives, however often it is sent: 128 bits, hex. */
  readonly id: (what: 'command' | 'record') => string;
}

/** Which record a command is about. */
export interface Subject {
  readonly kind: string;
  readonly id: string;
}

/** A command as the API offers it: how a client's request becomes the ledger's, and which record answers it. */
export interface Command {
  /** operationId in openapi/; but for `clubs.found`, also the name in the ledger's command table */
  readonly name: string;
  /** whose certificate of the club signs */
  readonly signer: 'client' | 'delegate';
  /** status and Location of the answer: it makes a record that has an address of its own */
  readonly creates?: (subject: Subject) => string;
  /** @throws LedgerError when the club's own read model shows that it cannot be */
  readonly request: (club: Club, call: Call) => Promise<Request>;
}

export interface Request {
  /** as the ledger takes it; null where it takes none */
  readonly ledger: object | null;
  /** the record that answers */
  readonly subject: Subject;
}

interface Declared<Body> extends Omit<Command, 'request' | 'signer'> {
  readonly signer?: Command['signer'];
  readonly request: (club: Club, call: Call<Body>) => Promise<Request>;
}

/** Declares a command. Its body has the form of the operation's schema in openapi/: the validator has checked it. */
export const command = <Body>({ signer = 'client', request, ...declared }: Declared<Body>): Command => ({
  ...declared,
  signer,
  request: (club, call) => request(club, { ...call, body: call.body as Body }),
});
