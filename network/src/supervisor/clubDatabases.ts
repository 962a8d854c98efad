import { names } from '@reciprocal-clubs/postgres/names.js';
import { prepareDatabase } from '@reciprocal-clubs/postgres/prepareDatabase.js';
import { connected } from '@reciprocal-clubs/postgres/provision.js';
import { Client, type ClientConfig } from 'pg';
import type { Club } from '../consortium.js';
import { findPostgres } from '../services/findPostgres.js';
import { postgresAnswers } from '../services/answers.js';
import { preparePostgres } from '../services/postgresServer.js';
import { secretFile } from '../services/secretFile.js';
import { serverPlan } from '../services/serverPlan.js';
import type { DataFolder } from './dataFolder.js';
import type { ProcessPlan } from './managedProcess.js';

/** Where the clubs' databases are, and who makes them. */
export interface DatabaseServer {
  readonly administrator: ClientConfig;
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
  /** undefined: it is not ours to run */
  readonly plan: ProcessPlan | undefined;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The server that DATABASE_URL names, else one of our own in the data folder.
 *
 * @throws Error with one clear line
 */
export async function databaseServer(
  folder: DataFolder,
  env: Environment,
  say: (line: string) => void,
): Promise<DatabaseServer> {
  const { DATABASE_URL: url } = env;
  if (url) return namedServer(url);
  const { postgresPort: port } = folder.consortium.services;
  const programs = await findPostgres(env, say);
  const { run, administrator } = await preparePostgres(programs, { ...folder.postgres, port });
  const plan = serverPlan({
    ...{ name: 'postgres', role: `PostgreSQL ${programs.version}`, port, run },
    configuration: folder.configuration('postgres'),
    log: folder.log('postgres'),
    answers: () => postgresAnswers(administrator),
  });
  return { administrator, host: administrator.host, port, tls: false, plan };
}

/** @throws Error without the URL in it, which holds a password */
function namedServer(url: string): DatabaseServer {
  try {
    const { protocol, searchParams } = new URL(url);
    if (!/^postgres(ql)?:$/.test(protocol)) throw new Error('another protocol');
    const mode = searchParams.get('sslmode') ?? 'disable';
    const { host, port } = new Client({ connectionString: url });
    return { administrator: { connectionString: url }, host, port, tls: mode !== 'disable', plan: undefined };
  } catch {
    throw new Error('DATABASE_URL is no URL of Postgres, as in postgres://administrator:password@host:5432/postgres');
  }
}

/** Makes every club's database ready. @throws Error with one clear line */
export async function prepareDatabases(
  folder: DataFolder,
  { administrator, plan }: DatabaseServer,
  say: (line: string) => void,
): Promise<void> {
  if (plan) await connected(administrator, keepPublicOut);
  for (const club of folder.consortium.clubs) {
    const startedMs = Date.now();
    const password = (role: string): string => secretFile(folder.password(club, 'postgres', role));
    const passwords = { owner: password('owner'), api: password('api'), listener: password('listener') };
    const applied = await prepareDatabase(administrator, names(club.id), passwords).catch((error: unknown) => {
      throw new Error(`The database of ${club.legalName} cannot be made ready: ${reasonOf(error)}`, { cause: error });
    });
    const what = applied.length > 0 ? `migrated (${applied.join(', ')})` : 'nothing to migrate';
    say(`Database of ${club.legalName}: ${what}, ${Date.now() - startedMs} ms`);
  }
}

/** A club's roles have nothing to look for in the databases of the server itself. Of a server that is not ours this is its owner's. */
async function keepPublicOut(client: Client): Promise<void> {
  await client.query('REVOKE CONNECT, TEMPORARY ON DATABASE postgres, template1 FROM PUBLIC');
}

/** How one of the club's roles reaches its database, as the programs are told (DatabaseConfiguration). */
export function databaseOf(
  folder: DataFolder,
  { host, port, tls }: DatabaseServer,
  club: Club,
  role: 'api' | 'listener',
) {
  return {
    ...{ host, port, name: names(club.id).database, user: names(club.id)[role] },
    passwordFile: folder.password(club, 'postgres', role),
    ...(tls ? { tls } : {}),
  };
}

/** Who cannot be reached at any of its addresses is told without a message. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.message || ('code' in error ? String(error.code) : error.name);
}
