import { join } from 'node:path';
import { clubsChaincode } from '../clubsDefinition.js';
import type { Club } from '../consortium.js';
import { databaseOf, type DatabaseServer } from './clubDatabases.js';
import { writeAtOnce, type DataFolder } from './dataFolder.js';
import type { ProcessPlan } from './managedProcess.js';
import { natsUser } from './natsPlan.js';

const host = '127.0.0.1';
const endWithSupervisor = new URL('endWithSupervisor.js', import.meta.url).href;
const askPatienceMs = 2_000;
/** Running requests get so long when everything stops: less than the supervisor waits. */
const stopMs = 4_000;

/**
 * The clubs' own programs, listener and API, each one process for all clubs of this machine, with their configuration files written.
 *
 * @param root the repository's folder
 * @param answers whether the API holds them against the OpenAPI document
 */
export function nodePlans(
  folder: DataFolder,
  server: DatabaseServer,
  root: string,
  answers: { readonly validateResponses: boolean },
): ProcessPlan[] {
  const { channel, clubs, services } = folder.consortium;
  const shared = { host, channel, chaincode: clubsChaincode };
  const listener = {
    ...{ ...shared, port: services.listenerPort, genesisBlock: folder.genesisBlock },
    clubs: clubs.map((club) => ({
      ...clubOf(folder, club),
      database: databaseOf(folder, server, club, 'listener'),
      nats: natsUser(folder, club, 'listener'),
    })),
  };
  const api = {
    ...{ ...shared, stopMs, ...answers },
    clubs: clubs.map((club) => ({
      ...clubOf(folder, club),
      port: club.apiPort,
      delegate: credentials(folder, club, 'Delegate'),
      secrets: folder.secrets(club),
      database: databaseOf(folder, server, club, 'api'),
    })),
  };
  const programs = [
    { name: 'listener', role: "Listener of the clubs' nodes", ports: [services.listenerPort], configuration: listener },
    { name: 'api', role: "API of the clubs' nodes", ports: clubs.map(({ apiPort }) => apiPort), configuration: api },
  ];
  return programs.map((program) => nodePlan(folder, root, program));
}

/** What both programs are told of a club: who it is, and its peer. */
function clubOf(folder: DataFolder, club: Club) {
  return {
    id: club.id,
    mspId: club.mspId,
    peer: {
      address: `${club.host}:${club.peerPort}`,
      tlsRootCertificate: folder.clubKeys(club).tlsAuthority,
    },
    client: credentials(folder, club, 'Client'),
  };
}

function credentials(folder: DataFolder, club: Club, user: 'Client' | 'Delegate') {
  const { certificate, privateKey } = folder.clubKeys(club).user(user);
  return { certificate, privateKey };
}

interface NodeProgram {
  name: string;
  role: string;
  ports: readonly number[];
  /** what the program reads */
  configuration: unknown;
}

function nodePlan(folder: DataFolder, root: string, { name, role, ports, configuration }: NodeProgram): ProcessPlan {
  const path = folder.configuration(name);
  writeAtOnce(path, `${JSON.stringify(configuration, undefined, 2)}\n`);
  return {
    ...{ name, role, host, ports },
    command: process.execPath,
    args: ['--import', endWithSupervisor, join(root, name, 'dist', 'src', 'main.js'), path],
    cwd: folder.path,
    env: {},
    log: folder.log(name),
    isReady: async () => (await Promise.all(ports.map(isWell))).every(Boolean),
    height: () => Promise.resolve(undefined),
  };
}

async function isWell(port: number): Promise<boolean> {
  try {
    const response = await fetch(`http://${host}:${port}/health/ready`, { signal: AbortSignal.timeout(askPatienceMs) });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}
