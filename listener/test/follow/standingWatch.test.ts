import { expect } from 'chai';
import { StandingWatch } from '../../src/follow/standingWatch.js';
import { Listening } from '../listening.js';
import { memoryLog } from '../memoryLog.js';
import { Story } from '../story.js';
import { secret, World } from '../world.js';

const limitMs = 60_000;

describe('watching for a height that stands', () => {
  let world: World;
  let story: Story;
  let listening: Listening;
  let watch: StandingWatch;
  let log: ReturnType<typeof memoryLog>;
  let nowMs: number;

  beforeEach(async () => {
    world = await World.start();
    story = new Story(world);
    await story.agree();
    listening = await Listening.to(world);
    await listening.catchUp();
    log = memoryLog();
    nowMs = Date.parse('2026-06-10T12:00Z');
    const { pool, status } = listening;
    watch = new StandingWatch({ pool, status, log: log.log, limitMs, now: () => nowMs });
    await watch.look();
  });

  afterEach(() => listening.end());

  const lookAfter = async (ms: number): Promise<void> => {
    nowMs += ms;
    await watch.look();
  };
  const alarms = () => log.entries.map(({ alarm, message }) => alarm ?? message);
  const block = async (): Promise<void> => {
    await story.describe('orchard');
    await listening.catchUp();
  };

  it('tells it once, when an own transaction is unresolved for longer than it may be', async () => {
    await listening.attempt(secret());
    await lookAfter(1);
    await lookAfter(limitMs - 1);
    expect(watch.standingSince).to.equal(undefined);
    await lookAfter(1);
    expect(watch.standingSince?.toISOString()).to.equal('2026-06-10T12:00:00.000Z');
    await lookAfter(limitMs);
    expect(alarms()).to.deep.equal(['STANDING_HEIGHT']);
    expect(log.entries[0]).to.include({ height: world.height, unresolved: 1 });
  });

  it('says nothing where no transaction is awaited', async () => {
    for (let looks = 0; looks < 5; looks++) await lookAfter(limitMs);
    expect(watch.standingSince).to.equal(undefined);
    expect(alarms()).to.deep.equal([]);
  });

  it('counts from the last block, and from when the transaction was seen', async () => {
    await lookAfter(10 * limitMs);
    await listening.attempt(secret());
    await lookAfter(limitMs);
    await block();
    await lookAfter(limitMs);
    await lookAfter(limitMs - 1);
    expect(alarms()).to.deep.equal([]);
    await lookAfter(1);
    expect(alarms()).to.deep.equal(['STANDING_HEIGHT']);
  });

  it('ends when a block comes, and may begin again', async () => {
    await listening.attempt(secret());
    await lookAfter(1);
    await lookAfter(limitMs);
    await block();
    expect(watch.standingSince).to.equal(undefined);
    await lookAfter(1);
    await lookAfter(limitMs);
    expect(alarms()).to.deep.equal(['STANDING_HEIGHT', 'blocks come again', 'STANDING_HEIGHT']);
  });

  it('does not wait for a transaction that many blocks have passed', async () => {
    await listening.attempt(secret());
    await lookAfter(1);
    for (let blocks = 0; blocks < 11; blocks++) await story.describe('orchard');
    await listening.catchUp();
    await lookAfter(1);
    await lookAfter(2 * limitMs);
    expect(alarms()).to.deep.equal([]);
  });

  it('leaves it to others to say that the peer is not followed', async () => {
    await listening.attempt(secret());
    await lookAfter(1);
    await listening.status.set('reconnecting', 'the peer is not serving');
    await lookAfter(2 * limitMs);
    expect(alarms()).to.deep.equal([]);
  });
});
