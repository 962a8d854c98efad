/**
 * A listener of one club that kills itself at a named point, as a power failure would: the real parts, with a hand on what they are given.
 * Usage: node child.js <path of a JSON file>. Ends with 0 when it has everything.
 */
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { PeerConnection } from '@reciprocal-clubs/api/fabric/connection.js';
import { connectPool } from '@reciprocal-clubs/postgres/connect.js';
import type { Pool } from 'pg';
import { createLogger } from 'winston';
import { receiveBlock } from '../../src/blocks/verifiedBlock.js';
import { PeerBlocks } from '../../src/fabric/peerBlocks.js';
import { Follower } from '../../src/follow/follower.js';
import { Status } from '../../src/follow/status.js';
import { connectNats } from '../../src/nats/connectNats.js';
import { NatsEventStream, type EventStream } from '../../src/nats/eventStream.js';
import { Relay } from '../../src/nats/relay.js';
import { BlockStore } from '../../src/postgres/blockStore.js';
import { lastPosition } from '../../src/postgres/outbox.js';
import type { Task } from './task.js';

const task = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as Task;
const pollMs = 2;
let passes = 0;

/** The first time nothing happens, so that each life of the listener gets a step further. */
function dieAt(point: Task['point']): void {
  if (task.point !== point) return;
  passes += 1;
  if (passes === 2) process.kill(process.pid, 'SIGKILL');
}

function mortalPool(): Pool {
  const pool = connectPool(task.database, { application: 'listener in tests' });
  pool.on('connect', (client) => {
    const query = client.query.bind(client) as (...args: unknown[]) => Promise<unknown>;
    const dying = async (...args: unknown[]): Promise<unknown> => {
      if (args[0] !== 'COMMIT') return query(...args);
      dieAt('before the transaction commits');
      const result = await query(...args);
      dieAt('after the transaction committed');
      return result;
    };
    Object.assign(client, {
      query: (...args: unknown[]) => (typeof args.at(-1) === 'function' ? query(...args) : dying(...args)),
    });
  });
  return pool;
}

async function mortalStream(): Promise<EventStream> {
  const stream = await NatsEventStream.open(await connectNats(task.nats, 'listener in tests'), task.club.id);
  return {
    state: () => stream.state(),
    at: (sequence) => stream.at(sequence),
    replace: (old) => stream.replace(old),
    close: () => stream.close(),
    publish: async (event, after) => {
      dieAt('before an event is published');
      await stream.publish(event, after);
      dieAt('after an event was published');
    },
  };
}

const pool = mortalPool();
const log = createLogger({ silent: true });
const relay = new Relay({ pool, openStream: mortalStream, log });
const connect = () => {
  const connection = new PeerConnection(task.peer, task.club.mspId);
  return { gateway: connection.as(task.credentials), close: () => connection.close() };
};
const status = new Status(pool);
const follower = new Follower({
  source: new PeerBlocks(connect, task.club.channel),
  pool,
  store: new BlockStore(pool, task.club, 'clubs'),
  genesis: receiveBlock(Buffer.from(task.genesisBlock, 'base64')),
  status,
  log,
  counters: { blocks: () => {}, reconnects: () => {}, refused: () => {} },
  requireFit: () => Promise.resolve(),
  onStored: () => relay.wake(),
});

const end = new AbortController();
const running = Promise.all([follower.run(end.signal), relay.run(end.signal)]);
while (status.height < task.height || relay.position < (await lastPosition(pool))) {
  await delay(pollMs);
}
end.abort();
await running;
await pool.end();
