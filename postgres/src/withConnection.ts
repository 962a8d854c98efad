import type { Pool, PoolClient } from 'pg';

/** Uses one connection of a pool. One that is lost meanwhile, or that `use` left in the middle of something by throwing, is not used again. */
export async function withConnection<Result>(
  pool: Pool,
  use: (client: PoolClient) => Promise<Result>,
): Promise<Result> {
  const client = await pool.connect();
  let failed = true;
  // Without a listener the loss of a connection ends the process; whoever waits for a query is told anyway.
  const lose = (): void => {
    failed = true;
  };
  client.on('error', lose);
  try {
    failed = false;
    return await use(client);
  } catch (error) {
    failed = true;
    throw error;
  } finally {
    client.release(failed);
    client.off('error', lose);
  }
}
