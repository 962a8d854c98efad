import { expect } from 'chai';
import { jetstreamManager } from '@nats-io/jetstream';
import { eventStream } from '@reciprocal-clubs/network/services/natsAccount.js';
import { natsForTests, type NatsForTests } from '@reciprocal-clubs/network/test/services/natsForTests.js';
import { Backoff } from '../../src/follow/backoff.js';
import { connectNats } from '../../src/nats/connectNats.js';
import { NatsEventStream, type EventStream } from '../../src/nats/eventStream.js';
import { Relay } from '../../src/nats/relay.js';
import { Listening, until } from '../listening.js';
import { memoryLog } from '../memoryLog.js';
import { Story } from '../story.js';
import { World } from '../world.js';

describe('relaying the outbox to NATS', function () {
  this.timeout(60_000);
  let nats: NatsForTests;
  let world: World;
  let story: Story;
  let listening: Listening;

  before(async () => {
    nats = await natsForTests(['harbour', 'stjulians']);
  });

  after(() => nats.dispose());

  beforeEach(async () => {
    await nats.wipe();
    world = await World.start();
    story = new Story(world);
    await story.agree();
    listening = await Listening.to(world);
    await listening.catchUp();
  });

  afterEach(() => listening.end());

  const open = async (): Promise<EventStream> =>
    NatsEventStream.open(await connectNats(nats.listener('harbour'), 'relay in tests'), 'harbour');
  const { log } = memoryLog();
  const relay = (openStream = open): Relay =>
    new Relay({ pool: listening.pool, openStream, log, backoff: new Backoff({ firstMs: 1, lastMs: 20 }), pauseMs: 5 });

  /** Ids of all messages in the stream, and their subjects. */
  const published = async (): Promise<{ id: string; subject: string }[]> => {
    const connection = await connectNats(nats.listener('harbour'), 'test');
    try {
      const { streams } = await jetstreamManager(connection, { checkAPI: false });
      const { state } = await streams.info(eventStream);
      const messages = [];
      for (let seq = state.first_seq; seq <= state.last_seq; seq++) {
        const message = await streams.getMessage(eventStream, { seq });
        messages.push({ id: message?.header.get('Nats-Msg-Id') ?? '', subject: message?.subject ?? '' });
      }
      return messages;
    } finally {
      await connection.close();
    }
  };
  const outbox = async (): Promise<{ id: string; subject: string }[]> => {
    const rows = await listening.query<{ id: string; type: string }>(
      'SELECT id, type FROM projection.event ORDER BY position',
    );
    return rows.map(({ id, type }) => ({ id, subject: `clubs.harbour.${type}` }));
  };
  const count = async (): Promise<number> => (await outbox()).length;
  const runUntil = async (holds: () => boolean | Promise<boolean>, ...relays: Relay[]): Promise<void> => {
    const end = new AbortController();
    const running = relays.map((one) => one.run(end.signal));
    await until(holds);
    end.abort();
    await Promise.all(running);
  };
  const drain = async (...relays: Relay[]): Promise<void> => {
    const events = await count();
    await runUntil(() => relays.some(({ position }) => position === events), ...relays);
  };

  it('publishes every event once, in its order, under its subject', async () => {
    await drain(relay());
    expect(await published()).to.deep.equal(await outbox());
    expect(await count()).to.equal(3);
  });

  it('makes the stream with limits that are written down', async () => {
    await (await open()).close();
    const connection = await connectNats(nats.listener('harbour'), 'test');
    const { streams } = await jetstreamManager(connection, { checkAPI: false });
    const { config } = await streams.info(eventStream);
    await connection.close();
    expect(config).to.include({ storage: 'file', retention: 'limits', discard: 'old', max_age: 0, num_replicas: 1 });
    expect(config.max_bytes).to.be.greaterThan(0);
    expect(config.max_msg_size).to.be.greaterThan(0);
    expect(config.subjects).to.deep.equal(['clubs.harbour.>']);
  });

  it('goes on where the stream is', async () => {
    await drain(relay());
    await story.issue();
    await listening.catchUp();
    await drain(relay());
    expect(await published()).to.deep.equal(await outbox());
    expect(await count()).to.equal(4);
  });

  it('publishes at once what it is told of', async () => {
    const one = new Relay({ pool: listening.pool, openStream: open, log, pauseMs: 60_000 });
    const end = new AbortController();
    const running = one.run(end.signal);
    await until(() => one.position === 3);
    await story.issue();
    await listening.catchUp();
    one.wake();
    await until(() => one.position === 4);
    end.abort();
    await running;
  });

  it('does not come between another relay of the same outbox', async () => {
    for (let days = 0; days < 10; days++) await story.describe('harbour');
    await listening.catchUp();
    const [first, second] = [relay(), relay()];
    await drain(first, second);
    expect(await published()).to.deep.equal(await outbox());
  });

  it('keeps what it could not publish while NATS was away, and publishes it in order', async () => {
    const one = relay();
    const end = new AbortController();
    const running = one.run(end.signal);
    await until(() => one.position === 3);
    await nats.stop();
    await story.issue();
    await story.checkIn();
    await listening.catchUp();
    await nats.start();
    await until(() => one.position === 5);
    end.abort();
    await running;
    expect(await published()).to.deep.equal(await outbox());
  });

  it('fills the stream again from the first event when NATS lost everything', async () => {
    await drain(relay());
    await story.issue();
    await listening.catchUp();
    await nats.wipe();
    await drain(relay());
    expect(await published()).to.deep.equal(await outbox());
  });

  it('fills a stream again that somebody has emptied', async () => {
    await drain(relay());
    const connection = await connectNats(nats.listener('harbour'), 'test');
    await (await jetstreamManager(connection, { checkAPI: false })).streams.purge(eventStream);
    await connection.close();
    await drain(relay());
    expect(await published()).to.deep.equal(await outbox());
  });

  it('publishes nothing again when the projection is built anew', async () => {
    await drain(relay());
    const connection = await connectNats(nats.listener('harbour'), 'test');
    const { streams } = await jetstreamManager(connection, { checkAPI: false });
    const { created } = await streams.info(eventStream);
    await listening.dropProjection();
    const one = relay();
    const end = new AbortController();
    const running = one.run(end.signal);
    await listening.catchUp();
    await story.issue();
    await listening.catchUp();
    await until(() => one.position === 4);
    end.abort();
    await running;
    expect(await published()).to.deep.equal(await outbox());
    expect((await streams.info(eventStream)).created).to.equal(created);
    await connection.close();
  });

  it('tells of private values that come late, after what it told meanwhile', async () => {
    const issued = await story.issue();
    await story.describe('harbour');
    listening.source.alter = (delivered, number) => (number === issued ? { ...delivered, privateSets: [] } : delivered);
    await listening.catchUp();
    await drain(relay());
    expect((await published()).map(({ subject }) => subject).at(-1)).to.equal('clubs.harbour.clubs.described');
    listening.source.alter = (delivered) => delivered;
    await listening.askAgain();
    await drain(relay());
    const all = await published();
    expect(all.at(-1)).to.deep.equal({ id: all.at(-1)?.id, subject: 'clubs.harbour.passes.issued' });
    expect(all).to.deep.equal(await outbox());
    expect(all.at(-1)?.id).to.match(new RegExp(`^clubs:${issued}:0:`));
  });

  it('fills the stream anew with the same ids when late values come in time the second time', async () => {
    const issued = await story.issue();
    await story.describe('harbour');
    listening.source.alter = (delivered, number) => (number === issued ? { ...delivered, privateSets: [] } : delivered);
    await listening.catchUp();
    listening.source.alter = (delivered) => delivered;
    await listening.askAgain();
    await drain(relay());
    const before = (await published()).map(({ id }) => id);
    await listening.dropProjection();
    await listening.catchUp();
    await drain(relay());
    const after = (await published()).map(({ id }) => id);
    expect(after).not.to.deep.equal(before);
    expect([...after].sort()).to.deep.equal([...before].sort());
  });

  it('throws away the events of another channel', async () => {
    await drain(relay());
    const other = await World.start();
    const anew = await Listening.to(other);
    await new Story(other).agree();
    await new Story(other).describe('harbour');
    await anew.catchUp();
    await listening.end();
    listening = anew;
    await drain(relay());
    expect(await published()).to.deep.equal(await outbox());
  });

  it('sees and reaches nothing of another club', async () => {
    await drain(relay());
    const connection = await connectNats(nats.listener('stjulians'), 'test');
    const { streams } = await jetstreamManager(connection, { checkAPI: false });
    expect(await streams.info(eventStream).catch((error: Error) => error.message)).to.equal('stream not found');
    await connection.close();
  });
});
