import type { BilateralContext, ConsortiumContext, OwnContext } from './context';
import { Refusal } from './refusal';
import type { Club } from './registry';
import { schemaFaults, hasSchema, type SchemaName, type Schemas } from './schemas';

type Actor = Schemas['Actor'];
type Roles = readonly [Actor['role'], ...Actor['role'][]];

/** Names of the schemas that a command may take: they name the actor for whom the club vouches. */
export type RequestName = { [N in SchemaName]: Schemas[N] extends { actor: Actor } ? N : never }[SchemaName];

interface Row<N extends RequestName, C> {
  /** `<slice>.<function>` */
  readonly name: string;
  /** roles inside the caller's club that may do this */
  readonly roles: Roles;
  readonly request: N;
  /** standings in which the caller's club may do this; active alone unless given */
  readonly standings?: readonly Club['status'][];
  /** @returns what the caller is told; of a sealed command only `sealed:prepare` tells it */
  readonly run: (ctx: C, request: Schemas[N]) => Promise<unknown>;
}

interface SealedRow<N extends RequestName, C> extends Row<N, C> {
  /** the two clubs it concerns; the caller must be one of them */
  readonly parties: (request: Schemas[N]) => readonly [string, string];
}

/** A request that has the form of its schema, tied to what it runs. */
export interface Bound<C> {
  readonly actor: Actor;
  readonly parties: readonly string[];
  run(ctx: C): Promise<unknown>;
}

interface CommandOf<S, C> {
  readonly name: string;
  readonly store: S;
  readonly roles: Roles;
  readonly request: RequestName;
  readonly standings: readonly Club['status'][];
  /** @throws Refusal INVALID_REQUEST with every fault's pointer */
  bind(request: unknown): Bound<C>;
}

export type ConsortiumCommand = CommandOf<'consortium', ConsortiumContext>;
export type SealedCommand = CommandOf<'bilateral', BilateralContext> | CommandOf<'own', OwnContext>;
export type Command = ConsortiumCommand | SealedCommand;

/** Public state; endorsed by the majority of clubs. */
export const consortiumCommand = <N extends RequestName>(row: Row<N, ConsortiumContext>): ConsortiumCommand =>
  command('consortium', row, () => []);

/** Records of two clubs; endorsed by both. */
export const bilateralCommand = <N extends RequestName>(row: SealedRow<N, BilateralContext>): SealedCommand =>
  command('bilateral', row, row.parties);

/** One club's own store; endorsed by that club alone. */
export const ownCommand = <N extends RequestName>(row: SealedRow<N, OwnContext>): SealedCommand =>
  command('own', row, row.parties);

function command<S, N extends RequestName, C>(
  store: S,
  row: Row<N, C>,
  parties: (request: Schemas[N]) => readonly string[],
): CommandOf<S, C> {
  return {
    name: row.name,
    store,
    roles: row.roles,
    request: row.request,
    standings: row.standings ?? ['active'],
    bind(request) {
      if (!hasSchema(row.request, request)) {
        throw new Refusal('INVALID_REQUEST', { faults: schemaFaults(row.request, request) });
      }
      return { actor: request.actor, parties: parties(request), run: (ctx) => row.run(ctx, request) };
    },
  };
}

/** The command table by name. @throws Error when a name or a declaration is unsafe: such a chaincode does not load */
export function commandTable(rows: readonly Command[]): ReadonlyMap<string, Command> {
  const table = new Map<string, Command>();
  for (const row of rows) {
    if (table.has(row.name)) throw new Error(`command ${row.name} is declared twice`);
    if (row.roles.length === 0) throw new Error(`command ${row.name} has no role rule`);
    table.set(row.name, row);
  }
  return table;
}
