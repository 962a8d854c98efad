import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { orderingOrganization } from '../certificates/organization.js';
import { clubsDefinition } from '../clubsDefinition.js';
import type { Club } from '../consortium.js';
import type { ChaincodePackage } from './chaincodePackage.js';
import { writeAtOnce, type DataFolder } from './dataFolder.js';
import type { ProcessPlan } from './managedProcess.js';
import { listensAs } from './ports.js';
import { chaincodeName, peerName } from './profile.js';

const programs = join(dirname(fileURLToPath(import.meta.url)), '..', 'devnet', 'processes');
const endWithSupervisor = ['--import', new URL('endWithSupervisor.js', import.meta.url).href];
const chaincodeProgram = createRequire(import.meta.url).resolve('fabric-shim/cli.js');
/** consortium.yaml keeps the two ports above a node's own for it. */
const operationsPortOffset = 2;
const askPatienceMs = 1_000;

/** The processes of devnet in the order in which they start, each with its configuration file written. */
export function devnetPlans(data: DataFolder, chaincode: ChaincodePackage): ProcessPlan[] {
  mkdirSync(dirname(data.configuration('any')), { recursive: true, mode: 0o700 });
  const { clubs } = data.consortium;
  return [
    orderingPlan(data),
    ...clubs.map((club) => chaincodePlan(data, club, chaincode)),
    ...clubs.map((club) => peerPlan(data, club, chaincode)),
  ];
}

function orderingPlan(data: DataFolder): ProcessPlan {
  const node = orderingNode(data);
  const keys = data.keysOf(orderingOrganization(node));
  const name = 'ordering';
  return devnetPlan(data, {
    name,
    role: 'Ordering',
    host: node.host,
    program: 'orderer.js',
    configuration: nodeConfiguration(data, name, node, keys),
  });
}

function peerPlan(data: DataFolder, club: Club, chaincode: ChaincodePackage): ProcessPlan {
  const keys = data.clubKeys(club);
  const name = peerName(club.id);
  const node = orderingNode(data);
  const others = data.consortium.clubs.filter(({ id }) => id !== club.id);
  return devnetPlan(data, {
    name,
    role: `Peer of ${club.legalName}`,
    host: club.host,
    program: 'peer.js',
    configuration: {
      ...nodeConfiguration(data, name, { mspId: club.mspId, port: club.peerPort }, keys),
      address: `${club.host}:${club.peerPort}`,
      chaincodes: [
        {
          definition: clubsDefinition(
            {
              version: chaincode.version,
              packageId: chaincode.id,
              mspIds: data.consortium.clubs.map(({ mspId }) => mspId),
            },
            (text) => text,
          ),
          address: `${club.host}:${club.chaincodePort}`,
          tlsRoots: keys.node.tlsAuthority,
        },
      ],
      peers: others.map((other) => ({
        mspId: other.mspId,
        address: `${other.host}:${other.peerPort}`,
        certificate: data.shared(other).node.certificate,
      })),
      ordering: { mspId: node.mspId, address: `${node.host}:${node.port}` },
    },
  });
}

/** The contracts run as the stock server of Fabric's Node runtime, under the peer's TLS certificate. */
function chaincodePlan(data: DataFolder, club: Club, { id, folder }: ChaincodePackage): ProcessPlan {
  const { node } = data.clubKeys(club);
  return {
    name: chaincodeName(club.id),
    role: `Contracts of ${club.legalName}`,
    host: club.host,
    ports: [club.chaincodePort],
    command: process.execPath,
    args: [
      ...endWithSupervisor,
      chaincodeProgram,
      'server',
      ...['--chaincode-address', `127.0.0.1:${club.chaincodePort}`],
      ...['--chaincode-id', id],
      ...['--chaincode-tls-cert-file', node.tlsCertificate],
      ...['--chaincode-tls-key-file', node.tlsPrivateKey],
    ],
    cwd: folder,
    env: {
      CORE_CHAINCODE_LOGGING_LEVEL: 'warning',
      CORE_CHAINCODE_LOGGING_SHIM: 'warning',
      CORE_PEER_LOCALMSPID: club.mspId,
    },
    log: data.log(chaincodeName(club.id)),
    isReady: () => listensAs(readFileSync(node.tlsAuthority), club.host, club.chaincodePort),
    height: () => Promise.resolve(undefined),
  };
}

interface DevnetProgram {
  name: string;
  role: string;
  host: string;
  program: string;
  /** what the program reads (devnet/processes/configuration.ts) */
  configuration: Readonly<Record<string, unknown>> & { port: number; operationsPort: number };
}

function devnetPlan(data: DataFolder, { name, role, host, program, configuration }: DevnetProgram): ProcessPlan {
  const path = data.configuration(name);
  writeAtOnce(path, `${JSON.stringify(configuration, undefined, 2)}\n`);
  const health = `http://127.0.0.1:${configuration.operationsPort}/healthz`;
  return {
    name,
    role,
    host,
    ports: [configuration.port, configuration.operationsPort],
    command: process.execPath,
    args: [...endWithSupervisor, join(programs, program), path],
    cwd: data.path,
    env: {},
    log: data.log(name),
    isReady: async (pid) => (await ask(health))?.pid === pid,
    height: async () => (await ask(health))?.height,
  };
}

function nodeConfiguration(
  data: DataFolder,
  name: string,
  { mspId, port }: { mspId: string; port: number },
  { node }: ReturnType<DataFolder['keysOf']>,
) {
  return {
    mspId,
    certificate: node.certificate,
    privateKey: node.privateKey,
    tls: { certificate: node.tlsCertificate, privateKey: node.tlsPrivateKey },
    port,
    operationsPort: port + operationsPortOffset,
    dataFolder: data.ledger(name),
    genesisBlock: data.genesisBlock,
  };
}

function orderingNode({ consortium }: DataFolder) {
  const node = consortium.orderingNodes.find(({ id }) => id === consortium.devnetNode);
  if (!node) throw new Error('consortium.yaml names no ordering node for devnet');
  return node;
}

interface Health {
  readonly pid: number;
  readonly height?: number;
}

async function ask(url: string): Promise<Health | undefined> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(askPatienceMs) });
    return response.ok ? ((await response.json()) as Health) : undefined;
  } catch {
    return undefined;
  }
}
