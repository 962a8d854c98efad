import pg from 'pg';

/** Why something failed, in words that may stand in a log: Postgres quotes what it was given. */
export function reasonOf(error: unknown): string {
  if (error instanceof pg.DatabaseError) return `Postgres says ${error.code ?? 'no'}`;
  if (!(error instanceof Error)) return 'unknown';
  // Of several addresses that were tried the error says nothing but its code.
  return error.message || ('code' in error ? String(error.code) : error.name);
}
