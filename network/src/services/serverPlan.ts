import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { writeAtOnce } from '../supervisor/dataFolder.js';
import type { ProcessPlan } from '../supervisor/managedProcess.js';
import { pidIn, type ServerRun } from './serverRun.js';

const endWithSupervisor = new URL('../supervisor/endWithSupervisor.js', import.meta.url).href;
const runner = join(import.meta.dirname, 'runServer.js');

export interface ServerPlan {
  readonly name: string;
  readonly role: string;
  readonly port: number;
  /** where the ServerRun is written */
  readonly configuration: string;
  readonly log: string;
  readonly run: ServerRun;
  /** Whether a server answers at the port; never rejects. */
  readonly answers: () => Promise<boolean>;
}

/** A server that is not ours as a process of the network: runServer.ts runs it. */
export function serverPlan({ name, role, port, configuration, log, run, answers }: ServerPlan): ProcessPlan {
  mkdirSync(dirname(configuration), { recursive: true, mode: 0o700 });
  writeAtOnce(configuration, `${JSON.stringify(run, undefined, 2)}\n`);
  return {
    name,
    role,
    host: '127.0.0.1',
    ports: [port],
    command: process.execPath,
    args: ['--import', endWithSupervisor, runner, configuration],
    cwd: dirname(configuration),
    env: {},
    log,
    // Until its runner says that an earlier one is gone, it may be that one which answers.
    isReady: async (pid) => pidIn(run.runnerFile) === pid && (await answers()),
    height: () => Promise.resolve(undefined),
  };
}
