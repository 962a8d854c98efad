import { inTransaction } from '@reciprocal-clubs/postgres/inTransaction.js';
import type { ClientBase, Pool } from 'pg';

/** Does all of `work` in one transaction on one connection, or nothing. A connection that is lost meanwhile is not used again. */
export async function transact<Result>(pool: Pool, work: (client: ClientBase) => Promise<Result>): Promise<Result> {
  const client = await pool.connect();
  let lost: Error | undefined;
  // Without a listener the loss of a connection ends the process; whoever waits for a query is told anyway.
  const lose = (error: Error): void => {
    lost = error;
  };
  client.on('error', lose);
  try {
    return await inTransaction(client, () => work(client));
  } finally {
    client.off('error', lose);
    client.release(lost);
  }
}
