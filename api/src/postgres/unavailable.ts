/** SQLSTATEs of a server that cannot serve now: connection lost, shutting down, starting, full, without its tables while they are made
 * anew, and a statement that took too long. */
const away =
  /^(08...|57P0[1-5]|53...|57014|3D000|3F000|42P01|28P01|ECONNREFUSED|ECONNRESET|ENOTFOUND|EHOSTUNREACH|ETIMEDOUT|EPIPE|ENOENT)$/;

/** node-postgres has no codes for these. */
const words =
  /^(Connection terminated|timeout exceeded when trying to connect|Query read timeout|Client has encountered a connection error|Cannot use a pool after calling end)/;

/** Whether an error of node-postgres says that the database cannot be asked now, rather than that it was asked wrongly. */
export function isDatabaseAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if ('code' in error && typeof error.code === 'string' && away.test(error.code)) return true;
  return words.test(error.message);
}
