import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { jetstreamManager } from '@nats-io/jetstream';
import { natsForTests, type NatsForTests } from '@reciprocal-clubs/network/test/services/natsForTests.js';
import { connectNats } from '../../src/nats/connectNats.js';
import { eventStream } from '@reciprocal-clubs/network/services/natsAccount.js';
import { servePeer, type ServedPeer } from '../fabric/servedPeer.js';
import { Listening } from '../listening.js';
import { Story } from '../story.js';
import { World } from '../world.js';
import { points, type Task } from './task.js';

const program = join(import.meta.dirname, 'child.js');

describe('a listener that is killed', function () {
  this.timeout(120_000);
  const folder = mkdtempSync(join(tmpdir(), 'listener-kill-'));
  let nats: NatsForTests;
  let world: World;
  let served: ServedPeer;
  let alone: Listening;

  before(async () => {
    nats = await natsForTests(['harbour']);
    world = await World.start();
    const story = new Story(world);
    await story.agree();
    await story.issue();
    await story.checkIn();
    await story.revoke();
    served = await servePeer(world, 'harbour');
    alone = await Listening.to(world);
    await alone.catchUp();
  });

  after(async () => {
    await alone.end();
    await served.stop();
    await nats.dispose();
    rmSync(folder, { recursive: true, force: true });
  });

  beforeEach(() => nats.wipe());

  /** @returns how it ended: `SIGKILL`, or its exit code */
  async function live(task: Task): Promise<string | number | null> {
    const file = join(folder, 'task.json');
    writeFileSync(file, JSON.stringify(task));
    const child = spawn(process.execPath, [program, file], { stdio: 'inherit' });
    const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
    return signal ?? code;
  }

  async function published(): Promise<string[]> {
    const connection = await connectNats(nats.listener('harbour'), 'test');
    const { streams } = await jetstreamManager(connection, { checkAPI: false });
    const ids: string[] = [];
    const { state } = await streams.info(eventStream);
    for (let seq = state.first_seq; seq <= state.last_seq; seq++)
      ids.push((await streams.getMessage(eventStream, { seq }))?.header.get('Nats-Msg-Id') ?? '');
    await connection.close();
    return ids;
  }

  for (const point of points) {
    it(`${point}, again and again, has each block and each event once in the end`, async () => {
      const listening = await Listening.to(world);
      const task: Task = {
        point,
        club: listening.own,
        peer: { address: `localhost:${served.port}`, tlsRootCertificate: served.tlsRootCertificate },
        credentials: served.credentials,
        database: listening.database.listener,
        nats: nats.listener('harbour'),
        genesisBlock: world.genesisBlock.toString('base64'),
        height: world.height,
      };
      const ends: (string | number | null)[] = [];
      while (ends.at(-1) !== 0 && ends.length < 20) ends.push(await live(task));
      expect(ends.at(-1)).to.equal(0);
      expect(ends.length, 'it was killed on the way').to.be.greaterThan(2);
      expect(ends.slice(0, -1).every((end) => end === 'SIGKILL')).to.equal(true);
      expect(await listening.projection()).to.deep.equal(await alone.projection());
      const outbox = await listening.query<{ id: string }>('SELECT id FROM projection.event ORDER BY position');
      expect(await published()).to.deep.equal(outbox.map(({ id }) => id));
      await listening.end();
    });
  }
});
