/**
 * The ordering node: `node orderer.js <configuration file>`
 */
import { readOrdererConfiguration } from './configuration.js';
import { runProcess } from './main.js';
import { startOrderingNode } from './orderingNode.js';

await runProcess('orderer', (path, context) => startOrderingNode(readOrdererConfiguration(path), context));
