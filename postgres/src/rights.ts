import { escapeIdentifier, type Client } from 'pg';
import { inTransaction } from './inTransaction.js';
import type { DatabaseNames } from './provision.js';

/**
 * Gives the two programs exactly the rights that they need on the tables there are; nothing else stays.
 *
 * @param client of the schemas' owner, both migrated
 */
export function grantRights(client: Client, club: DatabaseNames): Promise<void> {
  const api = escapeIdentifier(club.api);
  const listener = escapeIdentifier(club.listener);
  return inTransaction(client, async () => {
    await client.query("SELECT pg_advisory_xact_lock(hashtext('rights'))");
    await client.query(`
      REVOKE ALL ON ALL TABLES IN SCHEMA projection, records FROM ${api}, ${listener};
      REVOKE ALL (operation, tx_id, block, index, code, taken_up) ON records.attempt FROM ${api}, ${listener};

      GRANT SELECT ON ALL TABLES IN SCHEMA projection TO ${api};
      GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA records TO ${api};
      REVOKE INSERT, UPDATE, DELETE ON records.migration FROM ${api};
      REVOKE UPDATE ON records.attempt FROM ${api};
      GRANT UPDATE (taken_up) ON records.attempt TO ${api};

      GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA projection TO ${listener};
      REVOKE INSERT, UPDATE, DELETE ON projection.migration FROM ${listener};
      GRANT SELECT (operation, tx_id, block), UPDATE (block, index, code) ON records.attempt TO ${listener};`);
  });
}
