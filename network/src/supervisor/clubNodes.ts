import type { Consortium } from '../consortium.js';
import { findNats } from '../services/findNats.js';
import { databaseServer, prepareDatabases, type DatabaseServer } from './clubDatabases.js';
import type { DataFolder } from './dataFolder.js';
import { natsPlan } from './natsPlan.js';
import { nodePlans } from './nodePlans.js';
import type { PortUser } from './ports.js';
import type { Supervisor } from './supervisor.js';

export interface NodesToStart {
  readonly folder: DataFolder;
  /** the repository's folder */
  readonly root: string;
  readonly say: (line: string) => void;
  readonly signal: AbortSignal | undefined;
  /** whether the APIs hold their answers against the OpenAPI document */
  readonly validateResponses: boolean;
  /** the ledger, which the nodes' programs need */
  readonly started: Promise<void>;
}

/** What the clubs' nodes listen on, known before anything of them is looked for. */
export function portsOfNodes(
  { clubs, services: { postgresPort, natsPort, listenerPort } }: Consortium,
  env: Readonly<Record<string, string | undefined>>,
): PortUser[] {
  const host = '127.0.0.1';
  return [
    ...(env['DATABASE_URL'] ? [] : [{ host, ports: [postgresPort], role: 'Postgres' }]),
    { host, ports: [natsPort], role: 'NATS' },
    { host, ports: [listenerPort], role: 'The listener' },
    ...clubs.map(({ apiPort, legalName }) => ({ host, ports: [apiPort], role: `The API of ${legalName}` })),
  ];
}

/**
 * Starts Postgres and NATS, fetching NATS if need be, makes the clubs' databases ready, and then starts listener and API.
 *
 * @throws Error with one clear line
 */
export async function startClubNodes(
  supervisor: Supervisor,
  { folder, root, say, signal, started, validateResponses }: NodesToStart,
): Promise<void> {
  const failed = new AbortController();
  const told = AbortSignal.any([failed.signal, ...(signal ? [signal] : [])]);
  try {
    const [server] = await Promise.all([
      startDatabases(supervisor, folder, say),
      findNats(process.env, say, told).then((program) => supervisor.start([natsPlan(folder, program)])),
      started,
    ]);
    await Promise.all(nodePlans(folder, server, root, { validateResponses }).map((plan) => supervisor.start([plan])));
  } catch (error) {
    failed.abort();
    throw error;
  }
}

async function startDatabases(
  supervisor: Supervisor,
  folder: DataFolder,
  say: (line: string) => void,
): Promise<DatabaseServer> {
  const server = await databaseServer(folder, process.env, say);
  if (server.plan) await supervisor.start([server.plan]);
  else say(`Postgres: the server of DATABASE_URL at ${server.host}:${server.port}`);
  await prepareDatabases(folder, server, say);
  return server;
}
