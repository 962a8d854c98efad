import { spawn, type ChildProcess } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createConnection, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { issueOrganization } from '@reciprocal-clubs/network/certificates/organization.js';
import { openCall } from '@reciprocal-clubs/network/devnet/chaincode/messages.js';
import { ChaincodeStream } from '@reciprocal-clubs/network/devnet/chaincode/stream.js';
import { founders } from './clubs.js';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');
const server = createRequire(import.meta.url).resolve('fabric-shim/cli.js');
const packageId = 'clubs_1.0:00';
const pollMs = 20;

/** The contracts in processes of their own, as they run at clubs far apart: each with its zone and its locale. */
export class ChaincodeProcesses {
  readonly #folder = mkdtempSync(join(tmpdir(), 'clubs-chaincode-'));
  readonly #children: ChildProcess[] = [];
  readonly #streams: ChaincodeStream[] = [];

  private constructor(private readonly tls: { certificate: string; privateKey: string; roots: Buffer }) {
    cpSync(join(root, 'chaincode', 'dist', 'src'), join(this.#folder, 'dist', 'src'), { recursive: true });
    cpSync(join(root, 'chaincode', 'package.json'), join(this.#folder, 'package.json'));
    symlinkSync(join(root, 'node_modules'), join(this.#folder, 'node_modules'));
    for (const [name, text] of Object.entries({
      'founders.json': JSON.stringify(founders),
      'tls.crt': tls.certificate,
      'tls.key': tls.privateKey,
    })) {
      writeFileSync(join(this.#folder, name), text, { mode: 0o600 });
    }
  }

  static async create(): Promise<ChaincodeProcesses> {
    const organization = {
      kind: 'peer',
      mspId: 'ProcessesMSP',
      domain: 'processes.example',
      hosts: ['localhost', '127.0.0.1'],
    } as const;
    const { node, tlsAuthority } = await issueOrganization(organization, new Date());
    return new ChaincodeProcesses({ ...node.tls, roots: Buffer.from(tlsAuthority.certificate) });
  }

  /** Starts one more. @param env the zone and the locale of its host */
  async start(env: Record<string, string>): Promise<ChaincodeStream> {
    const port = await freePort();
    const args = ['server', '--chaincode-address', `127.0.0.1:${port}`, '--chaincode-id', packageId];
    const tls = [
      '--chaincode-tls-cert-file',
      join(this.#folder, 'tls.crt'),
      '--chaincode-tls-key-file',
      join(this.#folder, 'tls.key'),
    ];
    const child = spawn(process.execPath, [server, ...args, ...tls], {
      cwd: this.#folder,
      env: { PATH: process.env['PATH'] ?? '', CORE_CHAINCODE_LOGGING_LEVEL: 'critical', ...env },
      stdio: 'ignore',
    });
    this.#children.push(child);
    while (!(await listens(port))) {
      if (child.exitCode !== null) throw new Error(`the chaincode ended with ${child.exitCode}`);
      await delay(pollMs);
    }
    const stream = new ChaincodeStream({
      packageId,
      endpoint: { address: `localhost:${port}`, tlsRoots: this.tls.roots },
      openCall,
    });
    this.#streams.push(stream);
    return stream;
  }

  stop(): void {
    for (const stream of this.#streams) stream.close();
    for (const child of this.#children) child.kill('SIGKILL');
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ host: '127.0.0.1', port });
    const settle = (listening: boolean): void => {
      socket.destroy();
      resolve(listening);
    };
    socket.once('connect', () => settle(true));
    socket.once('error', () => settle(false));
  });
}
