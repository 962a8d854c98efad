import { execFile } from 'node:child_process';
import { existsSync, globSync, mkdirSync, mkdtempSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { PostgresPrograms } from './findPostgres.js';
import { postgresUser, type PostgresUser } from './postgresUser.js';
import { secretFile } from './secretFile.js';
import type { ServerRun } from './serverRun.js';

export interface PostgresServer {
  readonly run: ServerRun;
  /** the server's superuser, in the database that every server has */
  readonly administrator: {
    readonly host: string;
    readonly port: number;
    readonly database: string;
    readonly user: string;
    readonly password: string;
  };
}

const host = '127.0.0.1';
const superuser = 'postgres';

/**
 * Makes the server's data, if there are none, and says how the server is run: on this machine only, by password. What a killed initdb
 * left is made anew.
 *
 * @param data the folder for it, of which the parent is there
 * @throws Error with one clear line
 */
export async function preparePostgres(
  programs: PostgresPrograms,
  { data, passwordFile, runnerFile, port }: { data: string; passwordFile: string; runnerFile: string; port: number },
): Promise<PostgresServer> {
  const folder = join(realpathSync(dirname(data)), basename(data));
  const user = postgresUser(folder);
  const password = secretFile(passwordFile);
  if (!existsSync(folder)) await initialize(programs, user, folder, password);
  return {
    run: {
      ...user.command(programs.postgres, ['-D', folder, '-h', host, '-p', String(port), '-k', '', ...settings]),
      cwd: folder,
      pidFile: join(folder, 'postmaster.pid'),
      mark: folder,
      // Fast shutdown, then the one that recovers at the next start.
      stopSignals: ['SIGINT', 'SIGQUIT'],
      runnerFile,
    },
    administrator: { host, port, database: 'postgres', user: superuser, password },
  };
}

/** What is committed stays, and no value gets into the log: neither a statement that fails nor a row that it fails on. */
const settings = [
  ...['fsync=on', 'synchronous_commit=on', 'full_page_writes=on'],
  ...['timezone=UTC', 'log_timezone=UTC', 'log_error_verbosity=terse', 'log_min_error_statement=panic'],
].flatMap((setting) => ['-c', setting]);

async function initialize(
  { initdb }: PostgresPrograms,
  user: PostgresUser,
  folder: string,
  password: string,
): Promise<void> {
  const beginning = `${folder}.unfinished-`;
  for (const left of globSync(`${beginning}*`)) rmSync(left, { recursive: true, force: true, maxRetries: 5 });
  // A name of its own: the initdb of a start that was killed may still write.
  const unfinished = mkdtempSync(beginning);
  const passwordFile = join(unfinished, 'password');
  const data = join(unfinished, 'data');
  writeFileSync(passwordFile, password, { mode: 0o600 });
  mkdirSync(data, { mode: 0o700 });
  for (const path of [unfinished, passwordFile, data]) user.own(path);
  const { command, args } = user.command(initdb, [
    ...['-D', data, '-U', superuser, `--pwfile=${passwordFile}`, '--auth=scram-sha-256'],
    ...['--locale=C', '--encoding=UTF8', '--data-checksums', '--no-instructions'],
  ]);
  try {
    await promisify(execFile)(command, args, { cwd: data });
  } catch (error) {
    const reason = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : String(error);
    throw new Error(`Postgres could not make its data in ${folder}: ${reason}`, { cause: error });
  }
  renameSync(data, folder);
  rmSync(unfinished, { recursive: true });
}
