import { DatabaseError } from 'pg';

/** Postgres' names of the failures that somebody here expects. */
export const sqlState = {
  duplicateDatabase: '42P04',
  duplicateObject: '42710',
  uniqueViolation: '23505',
} as const;

export function isSqlState(error: unknown, state: keyof typeof sqlState): boolean {
  return error instanceof DatabaseError && error.code === sqlState[state];
}
