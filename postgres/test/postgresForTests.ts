/**
 * A real Postgres for tests: one server per process of tests, started at the first use and stopped after the last test; a database per
 * test, cloned from one that is provisioned and migrated once.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { escapeIdentifier } from 'pg';
import { findPostgres } from '@reciprocal-clubs/network/services/findPostgres.js';
import { postgresAnswers } from '@reciprocal-clubs/network/services/answers.js';
import { preparePostgres, type PostgresServer } from '@reciprocal-clubs/network/services/postgresServer.js';
import { serverPlan } from '@reciprocal-clubs/network/services/serverPlan.js';
import { ManagedProcess } from '@reciprocal-clubs/network/supervisor/managedProcess.js';
import { freePort } from '@reciprocal-clubs/network/test/services/freePort.js';
import type { DatabaseConfiguration } from '../src/connect.js';
import { names } from '../src/names.js';
import { prepareDatabase } from '../src/prepareDatabase.js';
import { connected, makeDatabase } from '../src/provision.js';

export interface ClubDatabase {
  readonly owner: DatabaseConfiguration;
  readonly api: DatabaseConfiguration;
  readonly listener: DatabaseConfiguration;
  /** Ends all connections to it and drops it. */
  drop(): Promise<void>;
}

export interface PostgresForTests {
  readonly administrator: PostgresServer['administrator'];
  /** Postgres is away until `start`, which resolves when it serves. Databases stay. */
  stop(): Promise<void>;
  start(): Promise<void>;
}

interface Running extends PostgresForTests {
  readonly folder: string;
  readonly server: ManagedProcess;
  readonly templates: Map<string, Promise<string>>;
}

const roles = ['owner', 'api', 'listener'] as const;
let running: Promise<Running> | undefined;
let clones = 0;

after(async function () {
  this.timeout(20_000);
  const { server, folder } = (await running?.catch(() => undefined)) ?? {};
  running = undefined;
  await server?.stop();
  if (folder) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

/** The server that all tests of this process share. */
export function postgresForTests(): Promise<PostgresForTests> {
  return (running ??= start());
}

/** A database of its own for a test, as a start makes it for this club: migrated, empty, with the club's own roles. */
export async function clubDatabase(clubId = 'harbour'): Promise<ClubDatabase> {
  const { administrator, folder, templates } = await (running ??= start());
  const club = names(clubId);
  const template = templates.get(clubId) ?? makeTemplate(administrator, folder, clubId);
  templates.set(clubId, template);
  const database = `${club.database}_${(clones += 1)}`;
  const of = await template;
  await connected(administrator, (client) => makeDatabase(client, { ...club, database }, of));
  const { host, port } = administrator;
  const configuration = (role: (typeof roles)[number]): DatabaseConfiguration => ({
    ...{ host, port, name: database, user: club[role] },
    passwordFile: passwordFile(folder, clubId, role),
  });
  return {
    owner: configuration('owner'),
    api: configuration('api'),
    listener: configuration('listener'),
    drop: () =>
      connected(
        administrator,
        async (client) => void (await client.query(`DROP DATABASE ${escapeIdentifier(database)} (FORCE)`)),
      ),
  };
}

const passwordFile = (folder: string, clubId: string, role: string): string =>
  join(folder, `${clubId}-${role}.password`);

async function makeTemplate(
  administrator: PostgresServer['administrator'],
  folder: string,
  clubId: string,
): Promise<string> {
  const club = { ...names(clubId), database: `template_${clubId}` };
  const password = (role: string): string => {
    writeFileSync(passwordFile(folder, clubId, role), `${clubId} ${role}`);
    return `${clubId} ${role}`;
  };
  await prepareDatabase(administrator, club, {
    owner: password('owner'),
    api: password('api'),
    listener: password('listener'),
  });
  return club.database;
}

async function start(): Promise<Running> {
  const folder = mkdtempSync(join(tmpdir(), 'clubs-postgres-'));
  const port = await freePort();
  const { run, administrator } = await preparePostgres(await findPostgres(process.env, () => {}), {
    data: join(folder, 'postgres'),
    passwordFile: join(folder, 'superuser.password'),
    runnerFile: join(folder, 'postgres.runner'),
    port,
  });
  const server = new ManagedProcess(
    serverPlan({
      ...{ name: 'postgres', role: 'Postgres', port, run },
      configuration: join(folder, 'postgres.json'),
      log: join(folder, 'postgres.log'),
      answers: () => postgresAnswers(administrator),
    }),
    () => {},
  );
  try {
    await server.start();
  } catch (error) {
    await server.stop();
    throw error;
  }
  return {
    ...{ administrator, folder, server, templates: new Map() },
    stop: () => server.stop(),
    start: () => server.start(),
  };
}
