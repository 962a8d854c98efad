import { join } from 'node:path';
import { migrationsFolder, readMigrations } from '@reciprocal-clubs/postgres/migrations.js';
import type { Pool } from 'pg';

/** @throws Error when the schema `projection` is not as this program knows it */
export async function requireMigrated(pool: Pool): Promise<void> {
  const known = readMigrations(join(migrationsFolder, 'projection'));
  const { rows } = await pool.query<{ checksum: string }>('SELECT checksum FROM projection.migration ORDER BY number');
  const same = rows.length === known.length && known.every(({ checksum }, index) => rows[index]?.checksum === checksum);
  if (!same) throw new Error('the schema projection is not the one that this program was made for: migrate it');
}
