/**
 * A club's peer: `node peer.js <configuration file>`
 */
import { readPeerConfiguration } from './configuration.js';
import { runProcess } from './main.js';
import { startPeerNode } from './peerNode.js';

await runProcess('peer', (path, context) => startPeerNode(readPeerConfiguration(path), context));
