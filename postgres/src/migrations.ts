import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What a club's database is made of; each schema is migrated by itself. */
export const schemas = ['projection', 'records'] as const;
export type Schema = (typeof schemas)[number];

export interface Migration {
  readonly number: number;
  readonly name: string;
  readonly up: string;
  readonly down: string;
  /** of `up`: what was applied once must not read otherwise later */
  readonly checksum: string;
}

/** The repository's own, seen from the compiled program. */
export const migrationsFolder = join(import.meta.dirname, '..', '..', 'migrations');

/**
 * Reads `NNNN-name.up.sql` and `NNNN-name.down.sql`, numbered from 1.
 *
 * @throws Error when a number is missing or given twice, a way down is missing, or a file is called otherwise
 */
export function readMigrations(folder: string): Migration[] {
  const files = readdirSync(folder).sort();
  const odd = files.find((file) => !pattern.test(file));
  if (odd !== undefined) throw new Error(`${join(folder, odd)} is not called NNNN-name.up.sql or NNNN-name.down.sql`);
  return files
    .filter((file) => file.endsWith(upEnding))
    .map((file, index) => {
      const name = file.slice(0, -upEnding.length);
      const number = Number(name.slice(0, 4));
      if (number !== index + 1)
        throw new Error(`Migration ${index + 1} is missing or given twice in ${folder}: ${file}`);
      const up = readFileSync(join(folder, file), 'utf8');
      return { number, name, up, down: readDown(folder, name), checksum: checksumOf(up) };
    });
}

const pattern = /^\d{4}-[a-z0-9-]+\.(up|down)\.sql$/;
const upEnding = '.up.sql';

function readDown(folder: string, name: string): string {
  try {
    return readFileSync(join(folder, `${name}.down.sql`), 'utf8');
  } catch (error) {
    throw new Error(`Migration ${name} has no way down: ${name}.down.sql`, { cause: error });
  }
}

function checksumOf(sql: string): string {
  return createHash('sha256').update(sql).digest('hex');
}
