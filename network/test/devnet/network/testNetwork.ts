/**
 * A network of the three clubs on this machine for tests: keys, genesis block, free ports and configuration files in a
 * temporary folder, and the processes that a test wants.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createConnection, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import {
  createOrganizationFolders,
  organizationPaths,
  readPublicOrganization,
} from '../../../src/certificates/folders.js';
import { clubOrganization, orderingOrganization, type Organization } from '../../../src/certificates/organization.js';
import { loadConsortium, type Club } from '../../../src/consortium.js';
import { createGenesisBlock } from '../../../src/genesis/genesisBlock.js';

export const CHAINCODE = 'plain';
export const PACKAGE_ID = 'plain_1.0:0123abcd';

export interface TestNode {
  readonly name: string;
  readonly organization: Organization;
  readonly port: number;
  readonly operationsPort: number;
  readonly dataFolder: string;
  readonly configurationPath: string;
}

const ROOT = resolve(fileURLToPath(new URL('../../../../..', import.meta.url)));
const CONTRACT = join(ROOT, 'network', 'test', 'fixtures', 'contract');
const SHIM = createRequire(import.meta.url).resolve('fabric-shim/cli.js');
const POLL_MS = 10;

export class TestNetwork {
  readonly folder: string;
  readonly clubs: readonly TestNode[];
  readonly orderer: TestNode;
  readonly chaincodePort: number;
  #chaincode: ChildProcess | undefined;

  private constructor(folder: string, clubs: TestNode[], orderer: TestNode, chaincodePort: number) {
    this.folder = folder;
    this.clubs = clubs;
    this.orderer = orderer;
    this.chaincodePort = chaincodePort;
  }

  static async create(): Promise<TestNetwork> {
    const folder = mkdtempSync(join(tmpdir(), 'devnet-'));
    const consortium = loadConsortium(join(ROOT, 'network', 'consortium.yaml'));
    const office = consortium.orderingNodes.filter(({ id }) => id === consortium.devnetNode);
    const organizations = [...consortium.clubs.map(clubOrganization), ...office.map(orderingOrganization)];
    const trees = { privateTree: join(folder, 'keys'), sharedTree: join(folder, 'shared') };
    const now = new Date();
    await createOrganizationFolders(organizations, trees, now);
    const publicOrganizations = organizations.map((one) => readPublicOrganization(trees.sharedTree, one));
    writeFileSync(
      join(folder, 'genesis.block'),
      createGenesisBlock(consortium, publicOrganizations, { consensus: 'devnet', now }),
    );
    const [chaincodePort = 0, ...ports] = await freePorts(1 + 2 * organizations.length);
    const nodes = organizations.map((organization, index) => testNode(folder, organization, ports.slice(2 * index)));
    const orderer = nodes.pop();
    if (!orderer) throw new Error('consortium.yaml names no ordering node');
    const network = new TestNetwork(folder, nodes, orderer, chaincodePort);
    network.#writeConfigurations(consortium.clubs);
    return network;
  }

  club(index: number): TestNode {
    const club = this.clubs[index];
    if (!club) throw new Error(`no club ${index}`);
    return club;
  }

  /** The stock chaincode server, one for all clubs. Resolves when it accepts connections. */
  async startChaincode(): Promise<ChildProcess> {
    const { tlsCertificate, tlsPrivateKey } = this.paths(this.club(0).organization).node;
    const options = {
      '--chaincode-address': `127.0.0.1:${this.chaincodePort}`,
      '--chaincode-id': PACKAGE_ID,
      '--chaincode-tls-cert-file': tlsCertificate,
      '--chaincode-tls-key-file': tlsPrivateKey,
    };
    const env = { PATH: process.env['PATH'], CORE_CHAINCODE_LOGGING_LEVEL: 'error' };
    const args = [SHIM, 'server', ...Object.entries(options).flat()];
    const child = spawn(process.execPath, args, { cwd: CONTRACT, env, stdio: 'ignore' });
    this.#chaincode = child;
    while (!(await accepts(this.chaincodePort))) {
      if (child.exitCode !== null) throw new Error(`chaincode server ended with ${child.exitCode}`);
      await delay(POLL_MS);
    }
    return child;
  }

  async stopChaincode(): Promise<void> {
    const child = this.#chaincode;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }

  paths(organization: Organization): ReturnType<typeof organizationPaths> {
    return organizationPaths(join(this.folder, 'keys'), organization);
  }

  read(path: string): string {
    return readFileSync(path, 'utf8');
  }

  /** A copy of the node's configuration file with another data folder. */
  withDataFolder({ configurationPath }: TestNode, dataFolder: string): string {
    const path = `${configurationPath}.copy`;
    const configuration: object = JSON.parse(this.read(configurationPath));
    writeFileSync(path, JSON.stringify({ ...configuration, dataFolder }));
    return path;
  }

  /** Ends the chaincode and removes the folder. */
  async destroy(): Promise<void> {
    await this.stopChaincode();
    rmSync(this.folder, { recursive: true, force: true });
  }

  #writeConfigurations(clubs: readonly Club[]): void {
    const [one = '', other = ''] = clubs.map(({ mspId }) => mspId);
    const definition = {
      name: CHAINCODE,
      version: '1.0',
      sequence: 1,
      packageId: PACKAGE_ID,
      endorsementPolicy: 'MAJORITY Endorsement',
      collections: [
        ...clubs.map(({ mspId }) => collection(`own_${mspId}`, [mspId], `OR('${mspId}.peer')`)),
        collection('bilateral', [one, other], `AND('${one}.peer', '${other}.peer')`),
      ],
    };
    this.#write(this.orderer, {});
    for (const club of this.clubs)
      this.#write(club, {
        address: `localhost:${club.port}`,
        chaincodes: [
          {
            definition,
            address: `localhost:${this.chaincodePort}`,
            tlsRoots: this.paths(this.club(0).organization).tlsAuthority,
          },
        ],
        peers: this.clubs
          .filter((another) => another !== club)
          .map(({ organization, port }) => ({
            mspId: organization.mspId,
            address: `localhost:${port}`,
            certificate: this.paths(organization).node.certificate,
          })),
        ordering: { mspId: this.orderer.organization.mspId, address: `localhost:${this.orderer.port}` },
      });
  }

  #write({ organization, port, operationsPort, dataFolder, configurationPath }: TestNode, more: object): void {
    const { node } = this.paths(organization);
    const configuration = {
      mspId: organization.mspId,
      certificate: node.certificate,
      privateKey: node.privateKey,
      tls: { certificate: node.tlsCertificate, privateKey: node.tlsPrivateKey },
      port,
      operationsPort,
      dataFolder,
      genesisBlock: 'genesis.block',
      ...more,
    };
    writeFileSync(configurationPath, JSON.stringify(configuration));
  }
}

function testNode(folder: string, organization: Organization, [port = 0, operationsPort = 0]: number[]): TestNode {
  const name = organization.mspId;
  const dataFolder = join(folder, 'ledgers', name);
  mkdirSync(dataFolder, { recursive: true });
  return { name, organization, port, operationsPort, dataFolder, configurationPath: join(folder, `${name}.json`) };
}

function collection(name: string, memberMspIds: string[], endorsementPolicy: string): object {
  const flags = { memberOnlyRead: true, memberOnlyWrite: false };
  return { name, memberMspIds, requiredPeerCount: 0, maxPeerCount: 0, blockToLive: 0, ...flags, endorsementPolicy };
}

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}

function accepts(port: number): Promise<boolean> {
  const { promise, resolve: settle } = Promise.withResolvers<boolean>();
  const socket = createConnection({ host: '127.0.0.1', port });
  socket.once('connect', () => settle(true));
  socket.once('error', () => settle(false));
  void promise.then(() => socket.destroy());
  return promise;
}
