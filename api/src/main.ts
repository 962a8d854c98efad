import { collectDefaultMetrics } from 'prom-client';
import { readConfiguration } from './configuration.js';
import { startNode } from './node.js';
import { runProgram } from './program.js';

/** For what is left to close when the last request is over. */
const lastPatienceMs = 5_000;

await runProgram({
  name: 'api',
  readConfiguration,
  start: async (configuration, log) => {
    collectDefaultMetrics();
    const node = await startNode(configuration, log);
    for (const { id, port } of node.clubs) log.info('listening', { club: id, host: configuration.host, port });
    return { stop: () => node.stop(), stopMs: configuration.stopMs + lastPatienceMs };
  },
});
