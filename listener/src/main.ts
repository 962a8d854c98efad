import { runProgram } from '@reciprocal-clubs/api/program.js';
import { startListener } from './app.js';
import { readConfiguration } from './configuration.js';

await runProgram({
  name: 'listener',
  readConfiguration,
  start: async (configuration, log) => {
    const listener = await startListener(configuration, log);
    log.info('listening', { clubs: configuration.clubs.map(({ id }) => id), port: listener.port });
    return listener;
  },
});
