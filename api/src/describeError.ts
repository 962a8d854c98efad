import { DatabaseError } from 'pg';

/**
 * What of an error may stand in a log. Words of parsers and of Postgres quote what they were given, so that only the kind and the place of
 * those errors stand there.
 */
export function describeError(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { error: typeof error };
  const code =
    'code' in error && (typeof error.code === 'string' || typeof error.code === 'number') ? error.code : undefined;
  const quotes = error instanceof SyntaxError || error instanceof DatabaseError;
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  return {
    error: error.name,
    ...(code !== undefined && { errorCode: code }),
    ...(!quotes && { reason: error.message }),
    at: frames.slice(0, 8).map((line) => line.trim()),
    ...(error.cause !== undefined && { cause: describeError(error.cause) }),
  };
}
