import type { Pool } from 'pg';

const most = 1_000;

/** Ids of own transactions that may have been sent and have no verdict. */
export async function unresolvedTransactions(pool: Pool): Promise<string[]> {
  const { rows } = await pool.query<{ txId: string }>(
    'SELECT tx_id AS "txId" FROM records.attempt WHERE block IS NULL LIMIT $1',
    [most],
  );
  return rows.map(({ txId }) => txId);
}
