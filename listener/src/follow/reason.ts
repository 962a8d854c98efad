import pg from 'pg';

/** Why something failed, in words that may stand in a log: Postgres quotes what it was given. */
export function reasonOf(error: unknown): string {
  if (error instanceof pg.DatabaseError) return `Postgres says ${error.code ?? 'no'}`;
  return error instanceof Error ? error.message || error.name : 'unknown';
}
