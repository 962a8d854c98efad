import { escapeIdentifier, type ClientConfig } from 'pg';
import { migrateUp } from './migrate.js';
import { schemas } from './migrations.js';
import type { names } from './names.js';
import { connected, inDatabase, provision, type Passwords } from './provision.js';
import { grantRights } from './rights.js';

/**
 * Makes a club's database ready for its two programs: provisioned, migrated, rights as they are now. Safe again and twice at once.
 *
 * @returns `schema/migration` of each migration that was applied
 */
export async function prepareDatabase(
  administrator: ClientConfig,
  club: ReturnType<typeof names>,
  passwords: Passwords,
): Promise<string[]> {
  await provision(administrator, club, passwords);
  const inside = { ...administrator, ...inDatabase(administrator, club.database) };
  return connected(inside, async (client) => {
    await client.query(`SET ROLE ${escapeIdentifier(club.owner)}`);
    const applied: string[] = [];
    for (const schema of schemas) for (const name of await migrateUp(client, schema)) applied.push(`${schema}/${name}`);
    await grantRights(client, club);
    return applied;
  });
}
