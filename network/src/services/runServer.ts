/**
 * Runs a server that is not ours and ends with it: takes down what a killed run left of it, starts it, and ends it in order when told to.
 * Usage: node runServer.js <file with a ServerRun>
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { endProcess, pidIn, takeDownLeftover, type ServerRun } from './serverRun.js';

const [, , file = ''] = process.argv;
const run = JSON.parse(readFileSync(file, 'utf8')) as ServerRun;
let server: ChildProcess | undefined;
let isStopping = false;

for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void stop());

try {
  await takeDownLeftover(run);
  removeStalePid();
  if (isStopping) process.exit(0);
  writeFileSync(run.runnerFile, String(process.pid), { mode: 0o600 });
  server = spawn(run.command, run.args, { cwd: run.cwd, stdio: ['ignore', 'inherit', 'inherit'] });
  server.once('error', (error) => fail(`${run.command} could not be started: ${error.message}`));
  server.once('exit', (code, signal) => {
    if (isStopping) process.exit(0);
    fail(`the server ended (${signal ?? `exit code ${code}`})`);
  });
} catch (error) {
  fail(error instanceof Error ? error.message : String(error));
}

async function stop(): Promise<void> {
  isStopping = true;
  const child = server;
  if (child?.pid !== undefined)
    await endProcess(() => child.exitCode === null && child.signalCode === null, child.pid, run.stopSignals);
}

/** Postgres does not start while any process of its user has the id in its file, be it another program. */
function removeStalePid(): void {
  const pid = pidIn(run.pidFile);
  if (pid !== undefined && isAlive(pid)) rmSync(run.pidFile, { force: true });
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

function fail(message: string): void {
  console.error(JSON.stringify({ level: 'error', message }));
  process.exit(1);
}
