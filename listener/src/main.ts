import { describeError } from '@reciprocal-clubs/api/describeError.js';
import { createLog } from '@reciprocal-clubs/api/log.js';
import { startListener, type RunningListener } from './app.js';
import { readConfiguration, type Configuration } from './configuration.js';

/** `node listener/dist/src/main.js <configuration file> [flags]`. Exit codes: 0 asked to end, 1 failed, 2 wrong configuration. */
const exitCode = { failed: 1, wrongConfiguration: 2 } as const;

const configuration = configured();
const log = createLog('listener', configuration.logLevel);
process.on('uncaughtException', (error) => void fail(error, 'uncaught exception'));
try {
  run(await startListener(configuration, log));
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

function run(listener: RunningListener): void {
  log.info('listening', { clubs: configuration.clubs.map(({ id }) => id), port: listener.port });
  listener.ended.catch((error: unknown) => fail(error, 'a club is not listened for'));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      log.info('stopping', { signal });
      listener.stop().then(
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
