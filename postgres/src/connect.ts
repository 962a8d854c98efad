import { readFileSync } from 'node:fs';
import pg from 'pg';

/** How one of a club's roles reaches the club's database. */
export interface DatabaseConfiguration {
  readonly host: string;
  readonly port: number;
  readonly name: string;
  readonly user: string;
  /** holds the bare password; read again for every connection */
  readonly passwordFile: string;
  /** over TLS, with a certificate for `host` of an authority that this machine trusts */
  readonly tls?: boolean | undefined;
}

export interface ConnectionOptions {
  /** what Postgres shows for the connection: the process and its purpose */
  readonly application: string;
  /** 0: none */
  readonly statementTimeoutMs?: number;
  readonly lockTimeoutMs?: number;
}

export interface PoolOptions extends ConnectionOptions {
  readonly maxConnections?: number;
  /** An idle connection was lost, as when Postgres restarts: the pool makes another when one is needed. */
  readonly onLost?: (error: Error) => void;
}

const defaults = { maxConnections: 10, statementTimeoutMs: 30_000, lockTimeoutMs: 10_000 };
const connectPatienceMs = 5_000;
const idleInTransactionMs = 60_000;
const idleConnectionMs = 30_000;
const lowestServer = 160_000;

/** A pool of connections; the first query makes the first one. A bigint is a number, and an error when it is none safely. */
export function connectPool(database: DatabaseConfiguration, options: PoolOptions): pg.Pool {
  const pool = new pg.Pool({
    ...connection(database, options),
    max: options.maxConnections ?? defaults.maxConnections,
    idleTimeoutMillis: idleConnectionMs,
  });
  pool.on('error', (error) => options.onLost?.(error));
  return pool;
}

/** One connection that the caller opens and ends, as for LISTEN: whoever holds it listens to its `error`, or the process ends. */
export function connectOne(database: DatabaseConfiguration, options: ConnectionOptions): pg.Client {
  return new pg.Client(connection(database, options));
}

/**
 * What is said to be stored must be stored, after a power failure too.
 *
 * @throws Error with one clear line when the server is older than 16, or may lose what it has committed
 */
export async function requireDurable(database: pg.Pool | pg.Client): Promise<void> {
  const { rows } = await database.query<{ version: number; fsync: string; commit: string }>(
    `SELECT current_setting('server_version_num')::int AS version, current_setting('fsync') AS fsync,
            current_setting('synchronous_commit') AS commit`,
  );
  for (const { version, fsync, commit } of rows) {
    if (version < lowestServer) throw new Error(`PostgreSQL 16 or newer is needed; the server is ${version}.`);
    if (fsync !== 'on') throw new Error('Postgres runs with fsync off: it may lose what it has committed.');
    if (commit === 'off')
      throw new Error('Postgres runs with synchronous_commit off: it may lose what it has committed.');
  }
}

function connection(database: DatabaseConfiguration, options: ConnectionOptions): pg.ClientConfig {
  const { host, port, name, user, passwordFile, tls } = database;
  return {
    host,
    port,
    database: name,
    user,
    password: () => readFileSync(passwordFile, 'utf8').trim(),
    ssl: tls ?? false,
    application_name: options.application,
    connectionTimeoutMillis: connectPatienceMs,
    statement_timeout: options.statementTimeoutMs ?? defaults.statementTimeoutMs,
    lock_timeout: options.lockTimeoutMs ?? defaults.lockTimeoutMs,
    idle_in_transaction_session_timeout: idleInTransactionMs,
    keepAlive: true,
    types: parsers,
  };
}

const parsers = new pg.TypeOverrides();
parsers.setTypeParser(pg.types.builtins.INT8, safeInteger);

function safeInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`${text} is no safe integer`);
  return value;
}
