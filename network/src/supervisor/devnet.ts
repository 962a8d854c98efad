import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadConsortium } from '../consortium.js';
import { FolderInUseError, lockFolder } from '../devnet/storage/lock.js';
import { chaincodePackage } from './chaincode-package.js';
import { serveControl, type ControlRequest, type ProcessStatus } from './control.js';
import { DataFolder } from './data-folder.js';
import { devnetPlans, requireFreePorts } from './devnet-plans.js';
import { ProcessNotes } from './orphans.js';
import { writeProfile } from './profile.js';
import { Supervisor } from './supervisor.js';

/** Where the repository's own files are, seen from the compiled program. */
const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..', '..');

export interface StartOptions {
  /** absolute path of the data folder */
  readonly data: string;
  /** another consortium file than network/consortium.yaml */
  readonly consortium: string | undefined;
  /** one line of progress */
  readonly say: (line: string) => void;
}

export interface RunningNetwork {
  readonly profile: string;
  status(): Promise<readonly ProcessStatus[]>;
  stop(): Promise<void>;
}

/**
 * Starts devnet: a process per club's peer, one per club's chaincode, one for ordering. Processes that end are started again. Goes on with
 * what an earlier run left, killed or not.
 *
 * @throws Error with one clear line: another run holds the folder, a port is taken, the folder is of another consortium
 */
export async function startDevnet({ data, consortium: file, say }: StartOptions): Promise<RunningNetwork> {
  const consortium = loadConsortium(file ?? join(root, 'network', 'consortium.yaml'));
  const unlock = takeFolder(data);
  const notes = new ProcessNotes(data);
  let supervisor: Supervisor | undefined;
  try {
    const orphans = await notes.endOrphans();
    if (orphans > 0) say(`An earlier run was killed: its ${orphans} processes are ended.`);
    const folder = new DataFolder(data, consortium);
    await folder.prepare(new Date());
    const chaincode = chaincodePackage(join(root, 'chaincode'));
    say(`Keys, certificates and the channel's first block are in ${data}.`);
    const plans = devnetPlans(folder, chaincode);
    await requireFreePorts(plans);
    writeProfile(folder, consortium, chaincode.name, [
      process.execPath,
      join(root, 'scripts', 'network.mjs'),
      '--data',
      data,
    ]);
    supervisor = new Supervisor(plans, say, (pids) => notes.write(pids));
    const control = await serveControl(data, (request) => answer(supervisor, request));
    await supervisor.start();
    return {
      profile: folder.profile,
      status: async () => supervisor?.status() ?? [],
      stop: async () => {
        control.close();
        await supervisor?.stop();
        notes.clear();
        unlock();
      },
    };
  } catch (error) {
    await supervisor?.stop();
    notes.clear();
    unlock();
    throw error;
  }
}

function takeFolder(data: string): () => void {
  try {
    return lockFolder(data);
  } catch (error) {
    if (error instanceof FolderInUseError)
      throw new Error(`A network runs here already: ${error.message}.`, { cause: error });
    throw error;
  }
}

async function answer(
  supervisor: Supervisor | undefined,
  { command, process: name }: ControlRequest,
): Promise<readonly ProcessStatus[]> {
  if (command === 'stop') await supervisor?.named(name).stop();
  if (command === 'start') await supervisor?.named(name).start();
  return supervisor?.status() ?? [];
}
