import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadConsortium, type Consortium } from '../consortium.js';
import { chaincodePackage } from './chaincodePackage.js';
import { controlSocket, serveControl, type ControlRequest, type ProcessStatus } from './control.js';
import { DataFolder } from './dataFolder.js';
import { devnetPlans } from './devnetPlans.js';
import { portsOfNodes, startClubNodes } from './clubNodes.js';
import { awaitEnd, takeDownServers } from './leftovers.js';
import { requireFreePorts } from './ports.js';
import { writeProfile } from './profile.js';
import { Supervisor } from './supervisor.js';
import { clear, takeFolder } from './takeFolder.js';

/** Where the repository's own files are, seen from the compiled program. */
const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..', '..');

export interface StartOptions {
  /** absolute path of the data folder */
  readonly data: string;
  /** another consortium file than network/consortium.yaml */
  readonly consortium: string | undefined;
  /** The clubs' nodes too: databases, events, listener and API. Otherwise it is the ledger alone. */
  readonly clubNodes?: boolean;
  /** The clubs' APIs hold every answer against the OpenAPI document, as tests want it: one that differs becomes an error. */
  readonly validateResponses?: boolean;
  /** one line of progress, or of what happens later */
  readonly say: (line: string) => void;
  /** Gives up starting: what was started is stopped, and the start rejects. */
  readonly signal?: AbortSignal;
}

export interface RunningNetwork {
  readonly profile: string;
  status(): Promise<readonly ProcessStatus[]>;
  stop(): Promise<void>;
}

/**
 * Starts devnet: a process per club's peer, one per club's chaincode, one for ordering; and the clubs' nodes, if asked for. Processes that
 * end are started again. Goes on with what an earlier run left, killed or not. When it fails nothing is left running.
 *
 * @throws Error with one clear line: another run holds the folder, a port is taken, the folder is of another consortium
 */
export async function startDevnet(options: StartOptions): Promise<RunningNetwork> {
  const consortium = loadConsortium(options.consortium ?? join(root, 'network', 'consortium.yaml'));
  const unlock = takeFolder(options.data);
  try {
    return await start(options, consortium, unlock);
  } catch (error) {
    unlock();
    throw clear(error, options.data);
  }
}

async function start(
  { data, say, signal, clubNodes, validateResponses = false }: StartOptions,
  consortium: Consortium,
  unlock: () => void,
): Promise<RunningNetwork> {
  const folder = new DataFolder(data, consortium);
  await folder.prepare(new Date());
  say(`Keys, certificates, ledgers and logs are in ${data}`);
  const chaincode = chaincodePackage(join(root, 'chaincode'));
  const ledger = devnetPlans(folder, chaincode);
  const users = clubNodes ? [...ledger, ...portsOfNodes(consortium, process.env)] : ledger;
  await takeDownServers(data);
  if (existsSync(controlSocket(data))) {
    say('An earlier run was killed; this one takes over.');
    await awaitEnd(folder, ledger, users);
  }
  await requireFreePorts(users);
  const control = [process.execPath, join(root, 'scripts', 'network.mjs'), '--data', data];
  writeProfile(folder, consortium, chaincode.name, control);
  const supervisor = new Supervisor(say);
  const server = await serveControl(data, (request) => answer(supervisor, request));
  const stop = async (): Promise<void> => {
    await supervisor.stop();
    server.end();
  };
  const giveUp = (): void => void supervisor.stop();
  signal?.addEventListener('abort', giveUp);
  try {
    signal?.throwIfAborted();
    const started = supervisor.start(ledger);
    await Promise.all([
      started,
      clubNodes ? startClubNodes(supervisor, { folder, root, say, signal, started, validateResponses }) : started,
    ]);
  } catch (error) {
    await stop();
    throw error;
  } finally {
    signal?.removeEventListener('abort', giveUp);
  }
  return {
    profile: folder.profile,
    status: () => supervisor.status(),
    stop: async () => {
      await stop();
      unlock();
    },
  };
}

async function answer(
  supervisor: Supervisor,
  { command, process: name }: ControlRequest,
): Promise<readonly ProcessStatus[]> {
  if (command === 'stop') await supervisor.named(name).stop();
  if (command === 'start') await supervisor.named(name).start();
  return supervisor.status(name);
}
