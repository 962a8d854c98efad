import { expect } from 'chai';
import { jetstreamManager } from '@nats-io/jetstream';
import { eventStream } from '@reciprocal-clubs/network/services/natsAccount.js';
import { natsForTests, type NatsForTests } from '@reciprocal-clubs/network/test/services/natsForTests.js';
import { connectPool } from '@reciprocal-clubs/postgres/connect.js';
import { startListener, type RunningListener } from '../src/app.js';
import { connectNats } from '../src/nats/connectNats.js';
import { configured, type Configured } from './configured.js';
import { Listening, until } from './listening.js';
import { memoryLog } from './memoryLog.js';
import { Story } from './story.js';
import { secret, World } from './world.js';

interface Ready {
  status: string;
  clubs: Record<string, { state: string; reason: string; height: number; standingSince?: string }>;
}

describe('a listener of several clubs', function () {
  this.timeout(60_000);
  let nats: NatsForTests;
  let world: World;
  let story: Story;
  let around: Configured;
  let running: RunningListener;
  const { log, entries } = memoryLog();

  before(async () => {
    nats = await natsForTests(['harbour', 'stjulians']);
    world = await World.start();
    story = new Story(world);
    await story.agree();
  });

  after(() => nats.dispose());

  beforeEach(async () => {
    await nats.wipe();
    around = await configured(world, nats, ['harbour', 'stjulians']);
  });

  afterEach(async () => {
    await running.stop();
    await around.dispose();
  });

  const get = (path: string): Promise<Response> =>
    fetch(`http://127.0.0.1:${running.port}${path}`, { headers: { connection: 'close' } });
  const ready = async (): Promise<Ready> => (await (await get('/health/ready')).json()) as Ready;
  const metric = async (name: string, club: string): Promise<number> => {
    const line = (await (await get('/metrics')).text())
      .split('\n')
      .find((one) => one.startsWith(`${name}{club="${club}"}`));
    return Number(line?.split(' ')[1] ?? Number.NaN);
  };
  const published = async (club: string): Promise<number> => {
    const connection = await connectNats(nats.listener(club), 'test');
    const { streams } = await jetstreamManager(connection, { checkAPI: false });
    const messages = await streams.info(eventStream).then(
      ({ state }) => state.messages,
      () => 0,
    );
    await connection.close();
    return messages;
  };

  it('brings the blocks of each club into its database, and its events into its account', async () => {
    running = await startListener(around.configuration, log);
    await until(
      async () =>
        (await get('/health/ready')).status === 200 && (await ready()).clubs['stjulians']?.height === world.height,
    );
    await until(async () => (await published('harbour')) === 3 && (await published('stjulians')) === 3);
    expect((await get('/health/live')).status).to.equal(200);
    expect((await get('/anything')).status).to.equal(404);
    await story.issue();
    await until(async () => (await published('stjulians')) === 4);
    expect(await metric('listener_height', 'harbour')).to.equal(world.height);
    expect(await metric('listener_lag_blocks', 'harbour')).to.be.NaN;
    expect(await metric('listener_following', 'harbour')).to.equal(1);
    await until(async () => (await metric('listener_outbox_backlog', 'harbour')) === 0);
    expect(await metric('listener_missing_transactions', 'harbour')).to.equal(0);
    expect(await metric('listener_quarantined_transactions', 'harbour')).to.equal(0);
    expect(await metric('listener_blocks_total', 'stjulians')).to.equal(world.height);
  });

  it('goes on for one club while another is halted or has no peer, and says why', async () => {
    const pool = connectPool(around.databases.get('harbour')?.owner ?? fail(), { application: 'operator in tests' });
    await pool.query(
      `UPDATE projection.listener SET state = 'halted', reason = 'two blocks of number 3 are signed', seen_at = '2020-01-01Z'`,
    );
    running = await startListener(around.configuration, log);
    await until(async () => (await ready()).clubs['stjulians']?.state === 'following');
    expect((await get('/health/ready')).status).to.equal(503);
    expect((await ready()).clubs['harbour']).to.include({
      state: 'halted',
      reason: 'two blocks of number 3 are signed',
    });
    expect(await metric('listener_halted', 'harbour')).to.equal(1);
    expect(await metric('listener_halted', 'stjulians')).to.equal(0);
    await until(async () => {
      const { rows } = await pool.query(`SELECT FROM projection.listener WHERE seen_at > '2020-01-01Z'`);
      return rows.length === 1;
    });
    await pool.end();
    expect(entries.some(({ alarm, club }) => alarm === 'HALTED' && club === 'harbour')).to.equal(true);

    await around.peers.get('stjulians')?.stop();
    await until(async () => (await ready()).clubs['stjulians']?.state === 'reconnecting');
    expect((await get('/health/live')).status).to.equal(200);
    await until(async () => (await metric('listener_reconnects_total', 'stjulians')) > 0);
  });

  it('says since when the height stands, and is ready all the same', async () => {
    const database = around.databases.get('harbour') ?? fail();
    const harbour = await Listening.to(world, 'harbour', database);
    await harbour.attempt(secret());
    running = await startListener({ ...around.configuration, standingHeightMs: 20 }, log);
    await until(async () => (await ready()).clubs['harbour']?.height === world.height);
    await until(async () => (await ready()).clubs['harbour']?.standingSince !== undefined);
    expect((await get('/health/ready')).status).to.equal(200);
    expect(await metric('listener_standing', 'harbour')).to.equal(1);
    expect(await metric('listener_standing', 'stjulians')).to.equal(0);
    expect((await ready()).clubs['stjulians']).not.to.have.property('standingSince');
    expect(entries.some(({ alarm, club }) => alarm === 'STANDING_HEIGHT' && club === 'harbour')).to.equal(true);
    await harbour.end();
  });

  it('finishes the block in hand when it is stopped, and goes on from there', async () => {
    entries.length = 0;
    running = await startListener(around.configuration, log);
    await until(async () => (await ready()).clubs['harbour']?.state === 'following');
    await running.stop();
    running = await startListener({ ...around.configuration, port: around.configuration.port }, log);
    await until(async () => (await ready()).clubs['harbour']?.height === world.height);
    expect(entries.filter(({ level }) => level === 'error').map(({ alarm }) => alarm)).to.deep.equal([]);
  });
});

function fail(): never {
  throw new Error('there is no such database');
}
