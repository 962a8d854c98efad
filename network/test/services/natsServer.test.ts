import { readFileSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { AckPolicy, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { expect } from 'chai';
import { eventStream } from '../../src/services/natsAccount.js';
import { natsForTests, type NatsForTests, type NatsUser } from './natsForTests.js';

describe('NATS of our own', () => {
  let nats: NatsForTests;
  const open: NatsConnection[] = [];

  before(async function () {
    this.timeout(120_000); // it may have to be fetched
    nats = await natsForTests();
    for (const club of ['harbour', 'stjulians']) await makeStream(club);
  });

  afterEach(async () => {
    await Promise.all(open.splice(0).map((connection) => connection.close()));
  });

  after(() => nats.dispose());

  async function as({ server, user, passwordFile }: NatsUser, pass?: string): Promise<NatsConnection> {
    const connection = await connect({
      ...{ servers: server, user, reconnect: false },
      pass: pass ?? readFileSync(passwordFile, 'utf8'),
    });
    open.push(connection);
    return connection;
  }

  const manager = (connection: NatsConnection) => jetstreamManager(connection, { checkAPI: false, timeout: 1_000 });

  async function makeStream(club: string): Promise<void> {
    const { streams } = await manager(await as(nats.listener(club)));
    await streams.add({ name: eventStream, subjects: [`clubs.${club}.>`] });
  }

  async function publish(club: string, event: string): Promise<number> {
    const { seq } = await jetstream(await as(nats.listener(club))).publish(`clubs.${club}.passes.issued`, event);
    return seq;
  }

  async function count(club: string): Promise<number> {
    const { streams } = await manager(await as(nats.listener(club)));
    return (await streams.info(eventStream)).state.messages;
  }

  /** What the server says against it. */
  async function refusal(connection: NatsConnection, act: (connection: NatsConnection) => void): Promise<string> {
    const said: string[] = [];
    void (async () => {
      for await (const status of connection.status()) if (status.type === 'error') said.push(status.error.message);
    })();
    act(connection);
    await connection.flush();
    while (said.length === 0) await setImmediate();
    return said.join();
  }

  it("lets the listener publish the club's events, and a reader take them one by one, each once", async () => {
    await publish('harbour', 'first');
    await publish('harbour', 'second');
    const reader = await as(nats.reader('harbour'));
    const { consumers } = await manager(reader);
    await consumers.add(eventStream, { durable_name: 'desk', ack_policy: AckPolicy.Explicit });
    const consumer = await jetstream(reader).consumers.get(eventStream, 'desk');
    for (const expected of ['first', 'second']) {
      const message = await consumer.next({ expires: 1_000 });
      expect(message?.string()).to.equal(expected);
      expect(await message?.ackAck()).to.equal(true);
    }
    expect((await consumer.info()).num_pending).to.equal(0);
    expect(await consumers.delete(eventStream, 'desk')).to.equal(true);
  });

  it('shows no club anything of another', async () => {
    await publish('stjulians', 'private');
    const { consumers } = await manager(await as(nats.reader('orchard')));
    expect(await consumers.list(eventStream).next().catch(String)).to.match(/stream not found/);
    const before = await count('harbour');
    await publish('stjulians', 'more');
    expect(await count('harbour')).to.equal(before);
  });

  it('lets nobody in without the password of that user', async () => {
    for (const user of [nats.reader('harbour'), nats.listener('harbour')])
      expect(await as(user, 'guess').catch(String)).to.match(/Authorization Violation/i);
    const other = readFileSync(nats.listener('harbour').passwordFile, 'utf8');
    expect(await as(nats.reader('harbour'), other).catch(String)).to.match(/Authorization Violation/i);
    expect(await connect({ servers: nats.reader('harbour').server, reconnect: false }).catch(String)).to.match(
      /Authorization Violation/i,
    );
  });

  for (const [what, subject] of [
    ['publish an event', 'clubs.harbour.passes.issued'],
    ['delete the stream', `$JS.API.STREAM.DELETE.${eventStream}`],
    ['purge the stream', `$JS.API.STREAM.PURGE.${eventStream}`],
    ['make another stream', '$JS.API.STREAM.CREATE.OTHER'],
  ] as const)
    it(`lets no reader ${what}`, async () => {
      const before = await count('harbour');
      const said = await refusal(await as(nats.reader('harbour')), (connection) => connection.publish(subject, '{}'));
      expect(said).to.match(/Permissions Violation for Publish/i);
      expect(await count('harbour')).to.equal(before);
    });

  it('lets nobody listen in, nor a consumer push where events come in', async () => {
    for (const user of [nats.reader('harbour'), nats.listener('harbour')])
      expect(await refusal(await as(user), (connection) => connection.subscribe('clubs.>'))).to.match(
        /Permissions Violation for Subscription/i,
      );
    const { consumers } = await manager(await as(nats.reader('harbour')));
    const push = consumers.add(eventStream, { deliver_subject: 'clubs.harbour.passes.issued' });
    expect(await push.then(() => 'it pushes', String)).to.match(/cycle/);
  });

  it("lets no listener publish in another club's name", async () => {
    const said = await refusal(await as(nats.listener('harbour')), (connection) =>
      connection.publish('clubs.stjulians.passes.issued', 'forged'),
    );
    expect(said).to.match(/Permissions Violation for Publish/i);
  });

  it('has what was published after a restart, and nothing after its store was wiped', async () => {
    const before = await count('harbour');
    await nats.restart();
    expect(await count('harbour'))
      .to.equal(before)
      .and.greaterThan(0);
    await nats.wipe();
    const { streams } = await manager(await as(nats.listener('harbour')));
    expect(await streams.info(eventStream).catch(String)).to.match(/stream not found/);
  });
});
