import { join } from 'node:path';
import { Client } from 'pg';
import { postgresAnswers } from '../../src/services/answers.js';
import { findPostgres } from '../../src/services/findPostgres.js';
import { preparePostgres, type PostgresServer } from '../../src/services/postgresServer.js';
import { serverPlan } from '../../src/services/serverPlan.js';
import { ManagedProcess } from '../../src/supervisor/managedProcess.js';
import { freePort } from './freePort.js';

/** A Postgres in this folder, prepared and not started yet. */
export async function servedPostgres(
  folder: string,
  report: (line: string) => void = () => {},
  env: Readonly<Record<string, string | undefined>> = process.env,
): Promise<{ server: PostgresServer; process: ManagedProcess }> {
  const port = await freePort();
  const server = await preparePostgres(await findPostgres(env, () => {}), {
    data: join(folder, 'postgres'),
    passwordFile: join(folder, 'postgres.password'),
    runnerFile: join(folder, 'postgres.runner'),
    port,
  });
  const plan = serverPlan({
    ...{ name: 'postgres', role: 'Postgres', port, run: server.run },
    configuration: join(folder, 'postgres.json'),
    log: join(folder, 'logs', 'postgres.log'),
    answers: () => postgresAnswers(server.administrator),
  });
  return { server, process: new ManagedProcess(plan, report) };
}

/** The first value of the first row. */
export async function ask({ administrator }: PostgresServer, sql: string): Promise<unknown> {
  const client = new Client(administrator);
  await client.connect();
  try {
    const { rows } = await client.query<unknown[]>({ text: sql, rowMode: 'array' });
    return rows[0]?.[0];
  } finally {
    await client.end();
  }
}
