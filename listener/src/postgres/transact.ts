import { inTransaction } from '@reciprocal-clubs/postgres/inTransaction.js';
import { withConnection } from '@reciprocal-clubs/postgres/withConnection.js';
import type { ClientBase, Pool } from 'pg';

/** Does all of `work` in one transaction on one connection, or nothing. */
export const transact = <Result>(pool: Pool, work: (client: ClientBase) => Promise<Result>): Promise<Result> =>
  withConnection(pool, (client) => inTransaction(client, () => work(client)));
