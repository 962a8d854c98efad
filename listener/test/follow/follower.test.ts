import { parseBlock } from '@reciprocal-clubs/network/blocks/block.js';
import { expect } from 'chai';
import type { BlockSource } from '../../src/fabric/delivery.js';
import { Listening } from '../listening.js';
import { damaged, envelopesOf, orderedAfter, storedBlock, withCodes } from '../ordered.js';
import { Story } from '../story.js';
import { World } from '../world.js';

describe('following the blocks of a peer', () => {
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
  });

  afterEach(() => listening.end());

  const state = () => listening.query('SELECT state, reason FROM projection.listener');
  const projectionOf = async (one: World): Promise<object> => {
    const alone = await Listening.to(one);
    await alone.catchUp();
    const projection = await alone.projection();
    await alone.end();
    return projection;
  };

  it('begins again at the last block that it has', async () => {
    await listening.catchUp(3);
    await listening.catchUp();
    expect(listening.source.begun).to.deep.equal([0, 2]);
    expect(await listening.height()).to.equal(world.height);
    expect(await state()).to.deep.equal([{ state: 'following', reason: '' }]);
  });

  it('goes on after a stream that ends, and says meanwhile what it waits for', async () => {
    const states: object[] = [];
    const source: BlockSource = {
      async *blocks(from, signal) {
        states.push(...(await state()));
        yield* listening.source.blocks(from, signal);
      },
    };
    listening.source.alter = (delivered, number) => {
      if (number === 2 && listening.counts.reconnects === 0) throw new Error('the peer ended the stream');
      return delivered;
    };
    await listening.catchUp(world.height, source);
    expect(states).to.deep.equal([
      { state: 'starting', reason: 'waiting for block 0 of the peer' },
      { state: 'reconnecting', reason: 'waiting for block 1 of the peer' },
    ]);
    expect(listening.log.map(({ reason }) => reason)).to.deep.equal(['the peer ended the stream']);
    expect(await listening.projection()).to.deep.equal(await projectionOf(world));
  });

  it('waits for a peer that is behind', async () => {
    await listening.catchUp();
    const behind = await Listening.to(world);
    let asked = 0;
    const source: BlockSource = {
      blocks: (_from, signal) => {
        asked += 1;
        return behind.source.blocks(world.height + 1, signal);
      },
    };
    await listening.followUntil(() => asked > 3, source);
    expect(listening.status.reason).to.match(/waiting for block 4|does not have that block yet/);
    expect(await listening.projection()).to.deep.equal(await projectionOf(world));
    await behind.end();
  });

  it('takes a block that comes twice once', async () => {
    const twice: BlockSource = {
      async *blocks(from, signal) {
        for await (const delivered of listening.source.blocks(from, signal)) {
          yield delivered;
          yield delivered;
        }
      },
    };
    await listening.catchUp(world.height, twice);
    expect(await listening.projection()).to.deep.equal(await projectionOf(world));
  });

  it('takes a block with other signatures of the ordering service for the same block', async () => {
    await listening.catchUp(3);
    const again = orderedAfter(world, storedBlock(world, 1), envelopesOf(storedBlock(world, 2)));
    expect(again).not.to.deep.equal(storedBlock(world, 2));
    listening.source.alter = (delivered, number) => (number === 2 ? { ...delivered, bytes: again } : delivered);
    await listening.catchUp();
    expect(await listening.height()).to.equal(world.height);
    expect(listening.alarms()).to.deep.equal([]);
  });

  const garbage: [what: string, make: () => Buffer, reason: RegExp][] = [
    ['bytes that are no block', () => Buffer.from('garbage'), /./],
    ['a block with envelopes that are not those of its header', () => damaged(storedBlock(world, 2)), /data hash/],
    [
      'a block that a club has signed',
      () => orderedAfter(world, storedBlock(world, 1), [], { signer: 'HarbourMSP' }),
      /not signed by the ordering service/,
    ],
    ['a block with fewer verdicts than envelopes', () => withCodes(storedBlock(world, 2), []), /validation code/],
    ['a block that does not come next', () => storedBlock(world, 3), /does not follow/],
  ];
  for (const [what, make, reason] of garbage) {
    it(`stores nothing of ${what}, and asks again`, async () => {
      let isBad = true;
      listening.source.alter = (delivered, number) => {
        if (number !== 2 || !isBad) return delivered;
        isBad = false;
        return { ...delivered, bytes: make() };
      };
      await listening.catchUp();
      expect(listening.alarms()).to.deep.equal(['REFUSED_BLOCK']);
      expect(listening.log[0]?.['reason']).to.match(reason);
      expect(listening.counts.refused).to.equal(1);
      expect(await listening.projection()).to.deep.equal(await projectionOf(world));
      expect(await state()).to.deep.equal([{ state: 'following', reason: '' }]);
    });
  }

  it('sets aside what the peer calls valid and nobody has signed, applies nothing of it, and goes on', async () => {
    const [envelope = Buffer.alloc(0)] = envelopesOf(storedBlock(world, 2));
    const forged = Buffer.from(envelope);
    forged[forged.length - 1] = (forged.at(-1) ?? 0) ^ 1;
    const odd = orderedAfter(world, storedBlock(world, world.height - 1), [forged]);
    const source: BlockSource = {
      async *blocks(from, signal) {
        for await (const delivered of listening.source.blocks(from, signal)) {
          yield delivered;
          if (parseBlock(delivered.bytes).number === world.height - 1) yield { bytes: odd, privateSets: [] };
        }
      },
    };
    await listening.catchUp(world.height + 1, source);
    expect(listening.alarms()).to.deep.equal(['QUARANTINED']);
    expect(listening.log[0]?.['reason']).to.match(/called valid/);
    const written = await listening.query('SELECT 1 FROM projection.version WHERE block = $1', [world.height]);
    expect(written).to.deep.equal([]);
    expect(await state()).to.deep.equal([{ state: 'following', reason: '' }]);
  });

  it('does not follow a peer of another channel', async () => {
    const theirs = await Listening.to(await World.start());
    await listening.followUntil(() => listening.counts.refused > 1, theirs.source);
    expect(listening.status.state).to.equal('reconnecting');
    expect(listening.log[0]?.['reason']).to.equal('the peer serves another channel');
    expect(await listening.height()).to.equal(0);
    await theirs.end();
  });

  it('stores each block once when two listeners follow at the same time', async () => {
    const other = await listening.another();
    await Promise.all([listening.catchUp(), other.catchUp()]);
    expect(await listening.projection()).to.deep.equal(await projectionOf(world));
    expect([...listening.alarms(), ...other.alarms()]).to.deep.equal([]);
    await other.end();
  });

  it('makes the same of the ledger when the projection is dropped, also under its hands', async () => {
    await listening.catchUp();
    const before = await listening.projection();
    await listening.dropProjection();
    let dropped = false;
    listening.source.alter = async (delivered, number) => {
      if (number === 3 && !dropped) {
        dropped = true;
        await listening.dropProjection();
      }
      return delivered;
    };
    await listening.catchUp();
    expect(await listening.projection()).to.deep.equal(before);
  });
});
