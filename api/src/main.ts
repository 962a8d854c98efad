import { collectDefaultMetrics } from 'prom-client';
import type { Logger } from 'winston';
import { readConfiguration, type Configuration } from './configuration.js';
import { describeError } from './describeError.js';
import { createLog } from './log.js';
import { startNode, type Node } from './node.js';

/** `node api/dist/src/main.js <configuration file> [flags]`. Exit codes: 0 asked to end, 1 failed, 2 wrong configuration. */
const exitCode = { failed: 1, wrongConfiguration: 2 } as const;

/** For what is left to close when the last request is over. */
const lastPatienceMs = 5_000;

const configuration = configured();
const log = createLog('api', configuration.logLevel);
process.on('uncaughtException', (error) => void fail(error, 'uncaught exception'));
collectDefaultMetrics();
try {
  run(await startNode(configuration, log), log);
} catch (error) {
  await fail(error, 'cannot start');
}

function configured(): Configuration {
  try {
    return readConfiguration(process.argv.slice(2), process.env);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exit(exitCode.wrongConfiguration);
  }
}

function run(node: Node, log: Logger): void {
  for (const { id, port } of node.clubs) log.info('listening', { club: id, host: configuration.host, port });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      log.info('stopping', { signal });
      setTimeout(() => void fail(new Error('it took too long'), 'cannot stop'), configuration.stopMs + lastPatienceMs);
      node.stop().then(
        () => process.exit(0),
        (error: unknown) => fail(error, 'cannot stop'),
      );
    });
  }
}

/** Nobody knows what an unforeseen failure left behind: the process ends, and the next one goes on from the database. */
async function fail(error: unknown, what: string): Promise<never> {
  log.error(what, describeError(error));
  await new Promise((written) => log.end(written));
  process.exit(exitCode.failed);
}
