import { expect } from 'chai';
import { Listening } from '../listening.js';
import { envelopesOf, orderedAfter, storedBlock } from '../ordered.js';
import { Story } from '../story.js';
import { World } from '../world.js';

describe('a fork', () => {
  let world: World;
  let listening: Listening;

  before(async () => {
    world = await World.start();
    const story = new Story(world);
    await story.agree();
    await story.issue();
  });

  beforeEach(async () => {
    listening = await Listening.to(world);
    await listening.catchUp(4);
  });

  afterEach(() => listening.end());

  /** Another block of number 3, signed. */
  const other = (): Buffer =>
    orderedAfter(world, storedBlock(world, 2), envelopesOf(storedBlock(world, 1)), { code: 11 });

  const deliver = (number: number, bytes: Buffer): void => {
    listening.source.alter = (delivered, at) => (at === number ? { ...delivered, bytes } : delivered);
  };

  const expectHalt = async (one: Listening): Promise<void> => {
    const rows = await one.query<{ state: string; reason: string }>('SELECT state, reason FROM projection.listener');
    expect(rows[0]?.state).to.equal('halted');
    expect(rows[0]?.reason).to.match(/^two blocks of number \d are signed: [0-9a-f]{64} and [0-9a-f]{64}$/);
    expect(one.status.state).to.equal('halted');
    expect(one.alarms()).to.deep.equal(['HALTED']);
  };

  it('halts the listener when the peer has another block of the last number', async () => {
    deliver(3, other());
    await listening.catchUp();
    await expectHalt(listening);
    expect(await listening.height()).to.equal(4);
  });

  it('halts the listener when the next block follows another one', async () => {
    deliver(4, orderedAfter(world, other(), envelopesOf(storedBlock(world, 4))));
    await listening.catchUp();
    await expectHalt(listening);
    expect(await listening.height()).to.equal(4);
  });

  it('halts the listener when what another listener stored is another block', async () => {
    const rival = await listening.another();
    const next = orderedAfter(world, storedBlock(world, 3), envelopesOf(storedBlock(world, 1)), { code: 11 });
    listening.source.alter = async (delivered, number) => {
      if (number === 4) await rival.catchUp();
      return number === 4 ? { ...delivered, bytes: next } : delivered;
    };
    await listening.catchUp(6);
    await expectHalt(listening);
    expect((await rival.query('SELECT bytes FROM projection.block WHERE number = 4'))[0]).to.deep.equal({
      bytes: storedBlock(world, 4),
    });
    await rival.end();
  });

  it('halts the listener whose database is of another channel than the first block it was given', async () => {
    const stranger = await Listening.to(await World.start(), 'harbour', listening.database);
    await stranger.catchUp(9);
    await expectHalt(stranger);
    await stranger.end();
  });

  it('is none when the other block is not signed', async () => {
    deliver(3, orderedAfter(world, storedBlock(world, 2), [], { signer: 'OrchardMSP' }));
    await listening.followUntil(() => listening.counts.refused > 1);
    expect(listening.status.state).not.to.equal('halted');
  });

  it('stays in the next process, until an operator has looked', async () => {
    const before = await listening.projection();
    deliver(3, other());
    await listening.catchUp();
    const next = await listening.another();
    await next.catchUp();
    await expectHalt(next);
    expect(next.source.begun).to.deep.equal([]);
    expect(await next.projection()).to.deep.equal(before);

    await next.query(`UPDATE projection.listener SET state = 'starting', reason = ''`);
    const reset = await listening.another();
    await reset.catchUp();
    expect(await reset.height()).to.equal(world.height);
    expect(reset.status.state).to.equal('following');
    await next.end();
    await reset.end();
  });
});
