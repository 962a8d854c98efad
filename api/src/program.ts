import type { Logger } from 'winston';
import { describeError } from './describeError.js';
import { createLog, type LogLevel } from './log.js';

/** One of the node's programs, as its process runs it. */
export interface Program<Configuration> {
  readonly name: string;
  /** @throws Error that says what is wrong with the configuration */
  readonly readConfiguration: (args: readonly string[], env: NodeJS.ProcessEnv) => Configuration;
  readonly start: (configuration: Configuration, log: Logger) => Promise<Running>;
}

export interface Running {
  /** Rejects when something failed that nobody foresaw. */
  readonly ended?: Promise<unknown>;
  /** how long `stop` may take; undefined: as long as it takes */
  readonly stopMs?: number;
  readonly stop: () => Promise<void>;
}

/** `node <program> <configuration file> [flags]`. */
const exitCode = { askedToEnd: 0, failed: 1, wrongConfiguration: 2 } as const;

/** Runs a program until the process is asked to end; it ends the process. */
export async function runProgram<Configuration extends { readonly logLevel: LogLevel }>({
  name,
  readConfiguration,
  start,
}: Program<Configuration>): Promise<void> {
  const configuration = configured(readConfiguration);
  const log = createLog(name, configuration.logLevel);
  process.on('uncaughtException', (error) => void fail(log, error, 'uncaught exception'));
  try {
    untilAsked(await start(configuration, log), log);
  } catch (error) {
    await fail(log, error, 'cannot start');
  }
}

function configured<Configuration>(read: Program<Configuration>['readConfiguration']): Configuration {
  try {
    return read(process.argv.slice(2), process.env);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exit(exitCode.wrongConfiguration);
  }
}

function untilAsked({ ended, stopMs, stop }: Running, log: Logger): void {
  ended?.catch((error: unknown) => fail(log, error, 'ended by itself'));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      log.info('stopping', { signal });
      if (stopMs !== undefined) setTimeout(() => void fail(log, new Error('it took too long'), 'cannot stop'), stopMs);
      stop().then(
        () => process.exit(exitCode.askedToEnd),
        (error: unknown) => fail(log, error, 'cannot stop'),
      );
    });
  }
}

/** Nobody knows what an unforeseen failure left behind: the process ends, and the next one goes on from the database. */
async function fail(log: Logger, error: unknown, what: string): Promise<never> {
  log.error(what, describeError(error));
  await new Promise((written) => log.end(written));
  process.exit(exitCode.failed);
}
