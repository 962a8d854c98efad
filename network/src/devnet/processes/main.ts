/**
 * What the programs of devnet have in common: one argument, exit codes, and an orderly end.
 */
import { basename } from 'node:path';
import { logVerbosity, setLogVerbosity } from '@grpc/grpc-js';
import { InvalidFileError } from '../../strictYaml.js';
import { PortTakenError } from '../grpc/server.js';
import { FolderInUseError } from '../storage/lock.js';
import { DamagedFileError } from '../storage/recordFile.js';
import { jsonLog, reasonOf, type Log } from './log.js';

/** What a program has started. */
export interface RunningProcess {
  /** Ends what it began; everything that it reported is on disk before. */
  stop(): Promise<void>;
}

export interface ProcessContext {
  readonly log: Log;
  /** Ends the process: it cannot go on. */
  readonly fail: (error: unknown) => void;
}

const EXIT_CODES = { failure: 1, configuration: 2, portTaken: 3, folderInUse: 4, damagedFile: 5 } as const;

/**
 * Runs until SIGTERM or SIGINT. Whatever goes wrong ends the process with one line and an exit code: it is safe to start
 * it again.
 */
export async function runProcess(
  name: string,
  start: (configurationPath: string, context: ProcessContext) => Promise<RunningProcess>,
): Promise<void> {
  const [program = '', configurationPath, ...others] = process.argv.slice(1);
  const log = jsonLog(name);
  const fail = (error: unknown): never => {
    const code = exitCode(error);
    const isExpected = code !== EXIT_CODES.failure || !(error instanceof Error);
    log('error', reasonOf(error), isExpected ? {} : { stack: error.stack });
    process.exit(code);
  };
  process.on('uncaughtException', fail);
  setLogVerbosity(logVerbosity.NONE);
  if (configurationPath === undefined || others.length > 0)
    fail(new InvalidFileError(`usage: node ${basename(program)} <configuration file>`));
  else await serveUntilTold(await start(configurationPath, { log, fail }), log);
}

async function serveUntilTold(running: RunningProcess, log: Log): Promise<void> {
  const signal = await new Promise<string>((resolve) => {
    process.once('SIGTERM', resolve);
    process.once('SIGINT', resolve);
  });
  log('info', 'stopping', { signal });
  await running.stop();
  log('info', 'stopped');
  process.exit(0);
}

function exitCode(error: unknown): number {
  if (error instanceof InvalidFileError) return EXIT_CODES.configuration;
  if (error instanceof PortTakenError) return EXIT_CODES.portTaken;
  if (error instanceof FolderInUseError) return EXIT_CODES.folderInUse;
  if (error instanceof DamagedFileError) return EXIT_CODES.damagedFile;
  return EXIT_CODES.failure;
}
