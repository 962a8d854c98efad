import type { ClientBase } from 'pg';

/** Commits what `work` did, or nothing of it when it throws. The error is that of `work`, also when the connection was lost. */
export async function inTransaction<Result>(client: ClientBase, work: () => Promise<Result>): Promise<Result> {
  await client.query('BEGIN');
  try {
    const result = await work();
    await client.query('COMMIT');
    return result;
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {});
    throw error;
  }
}
