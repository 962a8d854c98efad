import { status } from '@grpc/grpc-js';
import { expect } from 'chai';
import { field, integerField } from '@reciprocal-clubs/network/encoding/protobufWriter.js';
import type { DeliveredBlock } from '../../src/fabric/delivery.js';
import { PeerBlocks } from '../../src/fabric/peerBlocks.js';
import { Listening } from '../listening.js';
import { storedBlock } from '../ordered.js';
import { Story } from '../story.js';
import { World } from '../world.js';
import { scriptedPeer, servePeer, type DeliverCall, type ServedPeer } from './servedPeer.js';

/** Fields of `peer.DeliverResponse`. */
const statusField = 1;
const blockAndPrivateDataField = 4;

describe('the block stream of a peer', () => {
  let world: World;
  let story: Story;
  let served: ServedPeer | undefined;

  before(async () => {
    world = await World.start();
    story = new Story(world);
    await story.agree();
  });

  afterEach(() => served?.stop());

  const never = new AbortController().signal;
  const serveScript = async (script: Parameters<typeof scriptedPeer>[0]): Promise<PeerBlocks> => {
    served = await scriptedPeer(script);
    return new PeerBlocks(served.connector(), 'clubs');
  };
  const block = (number: number): Buffer => field(blockAndPrivateDataField, field(1, storedBlock(world, number)));
  /** What it gave, and why it ended. */
  const all = async (source: PeerBlocks, from = 0): Promise<{ blocks: DeliveredBlock[]; reason: string }> => {
    const blocks: DeliveredBlock[] = [];
    try {
      for await (const delivered of source.blocks(from, never)) blocks.push(delivered);
    } catch (error) {
      expect(error).to.include({ name: 'StreamEndedError' });
      return { blocks, reason: error instanceof Error ? error.message : '' };
    }
    throw new Error('the stream ended without a word');
  };

  const ends: [what: string, end: (call: DeliverCall, cut: () => void) => void, reason: RegExp][] = [
    ['ends politely', (call) => call.end(), /^the peer ended the stream$/],
    ['says 403 in the middle', (call) => call.write(integerField(statusField, 403)), /refuses this client \(403\)/],
    ['says 404', (call) => call.write(integerField(statusField, 404)), /does not have that block yet \(404\)/],
    ['says 503', (call) => call.write(integerField(statusField, 503)), /not serving \(503\)/],
    [
      'is UNAVAILABLE',
      (call) => call.emit('error', { code: status.UNAVAILABLE, details: 'shutting down' }),
      /UNAVAILABLE.*shutting down/,
    ],
    ['is killed', (_call, cut) => cut(), /UNAVAILABLE|CANCELLED|INTERNAL|UNKNOWN/],
    ['sends something else than a block', (call) => call.write(field(2, storedBlock(world, 1))), /Unexpected deliver/],
    ['sends what is no message', (call) => call.write(Buffer.from('ffffff', 'hex')), /./],
  ];
  for (const [what, end, reason] of ends) {
    it(`says why it ended when the peer ${what}, after blocks and before the first`, async () => {
      const source = await serveScript((call, nth, cut) => {
        call.on('error', () => {});
        if (nth === 0) call.write(block(0), () => setImmediate(() => end(call, cut)));
        else end(call, cut);
      });
      const first = await all(source);
      expect(first.blocks.map(({ bytes }) => bytes)).to.deep.equal([storedBlock(world, 0)]);
      expect(first.reason).to.match(reason);
      const second = await all(source);
      expect(second.blocks).to.deep.equal([]);
      expect(second.reason).to.match(reason);
    });
  }

  it('says so when there is no peer', async () => {
    const source = await serveScript(() => {});
    await served?.stop();
    expect((await all(source)).reason).to.match(/UNAVAILABLE/);
  });

  it('closes the stream of a loop that breaks off', async () => {
    const cancelled = Promise.withResolvers<void>();
    const source = await serveScript((call) => {
      call.on('cancelled', () => cancelled.resolve());
      call.on('error', () => {});
      call.write(block(0));
    });
    for await (const delivered of source.blocks(0, never)) {
      expect(delivered.bytes).to.deep.equal(storedBlock(world, 0));
      break;
    }
    await cancelled.promise;
  });

  it('returns when it is told to end, also while it waits for a block, and while it connects', async () => {
    const cancelled = Promise.withResolvers<void>();
    const source = await serveScript((call) => {
      call.on('cancelled', () => cancelled.resolve());
      call.on('error', () => {});
      call.write(block(0));
    });
    const end = new AbortController();
    const blocks: DeliveredBlock[] = [];
    for await (const delivered of source.blocks(0, end.signal)) {
      blocks.push(delivered);
      setImmediate(() => end.abort());
    }
    await cancelled.promise;
    expect(blocks).to.have.length(1);
    for await (const delivered of source.blocks(0, end.signal)) blocks.push(delivered);
    expect(blocks).to.have.length(1);
  });

  it('gives the blocks of a real peer with the private values of the own club', async () => {
    served = await servePeer(world, 'harbour');
    const listening = await Listening.to(world);
    await listening.catchUp(world.height, new PeerBlocks(served.connector(), 'clubs'));
    const other = await Listening.to(world);
    await other.catchUp();
    expect(await listening.projection()).to.deep.equal(await other.projection());
    expect(await listening.record('agreement', story.agreementId)).not.to.equal(undefined);
    await listening.end();
    await other.end();
  });

  it('gives a partner no private values', async () => {
    served = await servePeer(world, 'harbour');
    const source = new PeerBlocks(served.connector('stjulians'), 'clubs');
    for await (const { privateSets } of source.blocks(2, never)) {
      expect(privateSets).to.deep.equal([]);
      break;
    }
  });

  it('does not find a block beyond the height of a real peer, and waits for the next one', async () => {
    served = await servePeer(world, 'harbour');
    const source = new PeerBlocks(served.connector(), 'clubs');
    expect((await all(source, world.height + 1)).reason).to.match(/404/);
    const next = source.blocks(world.height, never);
    const waiting = next.next();
    const number = await story.describe('orchard');
    expect((await waiting).value?.bytes).to.deep.equal(storedBlock(world, number));
    await next.return();
  });

  it('lets a listener follow over all of these ends', async () => {
    served = await servePeer(world, 'harbour');
    const { port } = served;
    const listening = await Listening.to(world);
    const source = new PeerBlocks(served.connector(), 'clubs');
    await listening.catchUp(3, source);
    await served.stop();
    await story.describe('stjulians');
    const following = listening.catchUp(world.height, source);
    served = await servePeer(world, 'harbour', port);
    await following;
    expect(await listening.height()).to.equal(world.height);
    await listening.end();
  });
});
