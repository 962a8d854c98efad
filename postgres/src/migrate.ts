import { join } from 'node:path';
import { escapeIdentifier, type Client } from 'pg';
import { inTransaction } from './inTransaction.js';
import { migrationsFolder, readMigrations, type Migration, type Schema } from './migrations.js';

export interface MigrationStatus {
  readonly number: number;
  readonly name: string;
  /** undefined: not applied */
  readonly appliedAt: Date | undefined;
}

/** What the schema's own table `migration` says; it goes when the schema is dropped. */
interface Applied {
  readonly number: number;
  readonly name: string;
  readonly checksum: string;
  readonly applied_at: Date;
}

/**
 * Applies what is missing, each migration in a transaction of its own. Several may do so at once: one of them applies it.
 *
 * @param client of the schema's owner, in no transaction
 * @returns names of what was applied
 * @throws Error when the schema holds an unknown or edited migration, or one fails; those before it stay applied
 */
export async function migrateUp(
  client: Client,
  schema: Schema,
  migrations: readonly Migration[] = migrationsOf(schema),
): Promise<string[]> {
  const done: string[] = [];
  for (;;) {
    const name = await step(client, schema, migrations, async (applied) => {
      const next = migrations[applied.length];
      if (!next) return undefined;
      await run(client, schema, next, next.up);
      await client.query(
        `INSERT INTO ${escapeIdentifier(schema)}.migration (number, name, checksum) VALUES ($1, $2, $3)`,
        [next.number, next.name, next.checksum],
      );
      return next.name;
    });
    if (name === undefined) return done;
    done.push(name);
  }
}

/**
 * Takes back the last migration that is applied, in one transaction.
 *
 * @param client of the schema's owner, in no transaction
 * @returns its name; undefined when none is applied
 * @throws Error as migrateUp
 */
export function migrateDown(
  client: Client,
  schema: Schema,
  migrations: readonly Migration[] = migrationsOf(schema),
): Promise<string | undefined> {
  return step(client, schema, migrations, async (applied) => {
    const last = migrations[applied.length - 1];
    if (!last) return undefined;
    await run(client, schema, last, last.down);
    await client.query(`DELETE FROM ${escapeIdentifier(schema)}.migration WHERE number = $1`, [last.number]);
    return last.name;
  });
}

/** @throws Error when the schema holds an unknown or edited migration */
export function migrationStatus(
  client: Client,
  schema: Schema,
  migrations: readonly Migration[] = migrationsOf(schema),
): Promise<MigrationStatus[]> {
  return step(client, schema, migrations, (applied) =>
    Promise.resolve(
      migrations.map(({ number, name }, index) => ({ number, name, appliedAt: applied[index]?.applied_at })),
    ),
  );
}

const migrationsOf = (schema: Schema): Migration[] => readMigrations(join(migrationsFolder, schema));

/** One transaction that nobody else migrates this schema in. */
function step<Result>(
  client: Client,
  schema: Schema,
  migrations: readonly Migration[],
  take: (applied: readonly Applied[]) => Promise<Result>,
): Promise<Result> {
  return inTransaction(client, async () => {
    await client.query('SELECT pg_advisory_xact_lock(hashtext($1))', [`migrate ${schema}`]);
    await client.query(
      `CREATE TABLE IF NOT EXISTS ${escapeIdentifier(schema)}.migration (
         number integer PRIMARY KEY,
         name text NOT NULL,
         checksum text NOT NULL,
         applied_at timestamptz NOT NULL DEFAULT now()
       )`,
    );
    const { rows } = await client.query<Applied>(
      `SELECT number, name, checksum, applied_at FROM ${escapeIdentifier(schema)}.migration ORDER BY number`,
    );
    requireKnown(schema, rows, migrations);
    return take(rows);
  });
}

function requireKnown(schema: Schema, applied: readonly Applied[], migrations: readonly Migration[]): void {
  for (const [index, { number, name, checksum }] of applied.entries()) {
    const known = migrations[index];
    if (number !== index + 1) throw new Error(`${schema} has migration ${number} and not ${index + 1}.`);
    if (!known) throw new Error(`${schema} has migration ${name}, which this program does not know: it is too old.`);
    if (known.name !== name || known.checksum !== checksum)
      throw new Error(
        `Migration ${known.name} of ${schema} was edited after it was applied as ${name}. Add another one.`,
      );
  }
}

async function run(client: Client, schema: Schema, { name }: Migration, sql: string): Promise<void> {
  await client.query(`SET LOCAL search_path = ${escapeIdentifier(schema)}`);
  try {
    await client.query(sql);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`Migration ${name} of ${schema} failed and left nothing: ${reason}`, { cause: error });
  }
  await client.query('SET LOCAL search_path TO DEFAULT');
}
