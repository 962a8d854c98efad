import { untilBlock } from '@reciprocal-clubs/network/devnet/deliver/follow.js';
import type { BlockSource, DeliveredBlock } from '../src/fabric/delivery.js';
import { mspIds, type ClubId, type World } from './world.js';

/** The blocks of a club's peer without a socket, as the peer would deliver them, or as a test makes of them. */
export class PeerSource implements BlockSource {
  /** numbers of the blocks that streams began with */
  readonly begun: number[] = [];
  alter: (delivered: DeliveredBlock, number: number) => DeliveredBlock | Promise<DeliveredBlock> = (block) => block;

  constructor(
    private readonly world: World,
    private readonly club: ClubId,
  ) {}

  async *blocks(from: number, signal: AbortSignal): AsyncGenerator<DeliveredBlock, void, undefined> {
    this.begun.push(from);
    const peer = this.world.network.peer(mspIds[this.club]);
    if (from > peer.height) throw new Error('the peer does not have that block yet (404)');
    for (let next = from; ; next++) {
      try {
        await untilBlock(peer, next, signal);
      } catch {
        return;
      }
      yield this.alter(this.delivered(next), next);
    }
  }

  delivered(number: number): DeliveredBlock {
    const { bytes, privateData } = this.world.network.peer(mspIds[this.club]).storedBlock(number);
    const privateSets = privateData.flatMap(({ txIndex, collections }) =>
      collections.map((set) => ({ index: txIndex, ...set })),
    );
    return { bytes, privateSets };
  }
}
