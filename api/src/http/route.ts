import type { Schemas } from '@reciprocal-clubs/openapi/types';

export type TokenRole = Schemas['TokenRole'];

/** Who calls, as the token says. */
export interface Caller {
  /** reference that only the club can resolve */
  readonly subject: string;
  readonly roles: readonly TokenRole[];
}

/** What an operation is asked. Path, query and body have the form that openapi/ gives them. */
export interface RouteRequest {
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, unknown>>;
  readonly body: unknown;
  /** the first of the operation's `x-roles` that the token gives, and whose it is; absent where everybody may call */
  readonly caller: (Caller & { readonly role: TokenRole }) | undefined;
  readonly correlationId: string;
  header(name: string): string | undefined;
}

export interface Reply {
  readonly status: number;
  /** an object goes out as JSON; text and bytes need a Content-Type among the headers */
  readonly body?: object | string | Buffer;
  readonly headers?: Readonly<Record<string, string>>;
}

/** @throws ProblemError or LedgerError where the answer is a problem */
export type Route = (request: RouteRequest) => Promise<Reply>;

/** By operationId. */
export type Routes = Readonly<Record<string, Route>>;

/** Operations with `x-roles` have one: nobody else comes so far. */
export function callerOf({ caller }: RouteRequest): NonNullable<RouteRequest['caller']> {
  if (!caller) throw new Error('an operation that needs a caller is open to everybody');
  return caller;
}
