import { expect } from 'chai';
import { natsForTests, type NatsForTests } from '@reciprocal-clubs/network/test/services/natsForTests.js';
import { connectNats } from '../../src/nats/connectNats.js';
import { NatsEventStream } from '../../src/nats/eventStream.js';
import { followEvents } from '../../src/nats/follow.js';
import { until } from '../listening.js';

describe('following the events of a club', function () {
  this.timeout(60_000);
  let nats: NatsForTests;
  let published = 0;

  before(async () => {
    nats = await natsForTests(['harbour']);
  });

  after(() => nats.dispose());

  beforeEach(async () => {
    await nats.wipe();
    published = 0;
  });

  const publish = async (...ids: string[]): Promise<void> => {
    const stream = await NatsEventStream.open(await connectNats(nats.listener('harbour'), 'test'), 'harbour');
    for (const id of ids) {
      await stream.publish({ id, type: 'passes.issued', json: JSON.stringify({ id }) }, published);
      published += 1;
    }
    await stream.close();
  };

  /** Follows until so many events were handled. */
  const follow = async (
    events: number,
    { name = 'desk', onEach = (_id: string): void => {} } = {},
  ): Promise<string[]> => {
    const connection = await connectNats(nats.reader('harbour'), 'test');
    const end = new AbortController();
    const handled: string[] = [];
    await followEvents(connection, { name, from: 'first', signal: end.signal }, ({ id }) => {
      onEach(id);
      handled.push(id);
      if (handled.length === events) end.abort();
    });
    await connection.close();
    return handled;
  };

  it('hands them over from the first, in order', async () => {
    await publish('a', 'b', 'c');
    expect(await follow(3)).to.deep.equal(['a', 'b', 'c']);
  });

  it('goes on where the same name was', async () => {
    await publish('a', 'b', 'c');
    expect(await follow(2)).to.deep.equal(['a', 'b']);
    expect(await follow(1)).to.deep.equal(['c']);
    expect(await follow(3, { name: 'another' })).to.deep.equal(['a', 'b', 'c']);
  });

  it('hands over an event again that was not handled, before the next', async () => {
    await publish('a', 'b');
    let failures = 0;
    const onEach = (id: string): void => {
      if (id === 'a' && failures++ === 0) throw new Error('not now');
    };
    expect(await follow(2, { onEach })).to.deep.equal(['a', 'b']);
    expect(failures).to.equal(2);
  });

  it('begins with what is new where that is asked for', async () => {
    await publish('a');
    const connection = await connectNats(nats.reader('harbour'), 'test');
    const end = new AbortController();
    const handled: string[] = [];
    const following = followEvents(connection, { name: 'new', from: 'new', signal: end.signal }, ({ id }) => {
      handled.push(id);
    });
    let next = 0;
    while (handled.length === 0) await publish(`b${next++}`);
    end.abort();
    await following;
    await connection.close();
    expect(handled[0]).to.match(/^b/);
  });

  it('ends with an error when NATS goes away, and when there is no stream', async () => {
    const connection = await connectNats(nats.reader('harbour'), 'test');
    const options = { name: 'desk', from: 'first' as const, signal: new AbortController().signal };
    const failed = await followEvents(connection, options, () => {}).catch((error: unknown) => error);
    expect(failed).to.be.instanceOf(Error);

    await publish('a');
    let handled = 0;
    const following = followEvents(connection, options, () => {
      handled += 1;
    }).catch((error: unknown) => error);
    await until(() => handled === 1);
    await nats.stop();
    expect(await following).to.be.instanceOf(Error);
    await nats.start();
  });

  it('lets a reader publish nothing', async () => {
    await publish('a');
    const connection = await connectNats(nats.reader('harbour'), 'test');
    const denied = await connection
      .request('clubs.harbour.passes.issued', 'forged', { timeout: 1_000 })
      .catch((error: unknown) => error);
    expect(denied).to.be.instanceOf(Error);
    await connection.close();
  });
});
