import { Client, escapeIdentifier, escapeLiteral, type ClientConfig } from 'pg';
import { requireDurable } from './connect.js';
import { inTransaction } from './inTransaction.js';
import { schemas } from './migrations.js';
import type { names } from './names.js';
import { scramVerifier } from './scramVerifier.js';
import { isSqlState } from './sqlState.js';

/** ASCII */
export interface Passwords {
  readonly owner: string;
  readonly api: string;
  readonly listener: string;
}

/** Database and roles, as names.ts gives them. */
export type DatabaseNames = ReturnType<typeof names>;

/**
 * Makes what is missing of a club's place in Postgres: roles, database, schemas. Passwords are set anew. Run again, or twice at once, it
 * changes nothing else; what a killed run left is gone on with. Rights on tables come after migrating (rights.ts).
 *
 * @param administrator may make roles and databases; its database is where those who provision at once wait for each other
 */
export async function provision(administrator: ClientConfig, club: DatabaseNames, passwords: Passwords): Promise<void> {
  await connected(administrator, async (client) => {
    await requireDurable(client);
    await client.query('SELECT pg_advisory_lock(hashtext($1))', ['provision']);
    for (const role of ['owner', 'api', 'listener'] as const) await makeRole(client, club[role], passwords[role]);
    // An administrator that is no superuser acts for the owner as its member.
    await client.query(`GRANT ${escapeIdentifier(club.owner)} TO CURRENT_USER WITH INHERIT TRUE, SET TRUE`);
    await makeDatabase(client, club);
    await connected({ ...administrator, ...inDatabase(administrator, club.database) }, (inside) =>
      makeSchemas(inside, club),
    );
  });
}

/** Who may connect is not copied with a template: it is said of each database. */
export async function makeDatabase(
  client: Client,
  { database, owner, api, listener }: DatabaseNames,
  template = 'template0',
): Promise<void> {
  const name = escapeIdentifier(database);
  const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [database]);
  if (rowCount === 0)
    await client.query(`CREATE DATABASE ${name} TEMPLATE ${escapeIdentifier(template)} ENCODING 'UTF8' LOCALE 'C'`);
  await client.query(`REVOKE ALL ON DATABASE ${name} FROM PUBLIC`);
  const roles = [owner, api, listener].map((role) => escapeIdentifier(role)).join(', ');
  await client.query(`GRANT CONNECT ON DATABASE ${name} TO ${roles}`);
}

async function makeRole(client: Client, role: string, password: string): Promise<void> {
  const name = escapeIdentifier(role);
  try {
    await client.query(`CREATE ROLE ${name}`);
  } catch (error) {
    if (!isSqlState(error, 'duplicateObject')) throw error;
  }
  await client.query(`ALTER ROLE ${name} LOGIN PASSWORD ${escapeLiteral(scramVerifier(password))}`);
}

async function makeSchemas(client: Client, { owner, api, listener }: DatabaseNames): Promise<void> {
  await inTransaction(client, async () => {
    for (const schema of schemas) {
      const name = escapeIdentifier(schema);
      await client.query(`CREATE SCHEMA IF NOT EXISTS ${name} AUTHORIZATION ${escapeIdentifier(owner)}`);
      await client.query(`GRANT USAGE ON SCHEMA ${name} TO ${escapeIdentifier(api)}, ${escapeIdentifier(listener)}`);
    }
  });
}

/** Calls `use` with a connection of its own. */
export async function connected<Result>(
  config: ClientConfig,
  use: (client: Client) => Promise<Result>,
): Promise<Result> {
  const client = new Client({ application_name: 'provision', lock_timeout: 60_000, ...config });
  client.on('error', () => {});
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}

/** The same server and user in another database. */
export function inDatabase({ connectionString }: ClientConfig, database: string): ClientConfig {
  if (connectionString === undefined) return { database };
  const url = new URL(connectionString);
  url.pathname = `/${encodeURIComponent(database)}`;
  return { connectionString: url.href };
}
