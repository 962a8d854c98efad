import { readFileSync } from 'node:fs';
import { PeerConnection } from '@reciprocal-clubs/api/fabric/connection.js';
import { connectPool, requireDurable } from '@reciprocal-clubs/postgres/connect.js';
import type { Pool } from 'pg';
import type { Logger } from 'winston';
import { receiveBlock } from './blocks/verifiedBlock.js';
import type { ClubConfiguration, Configuration } from './configuration.js';
import { PeerBlocks, type Connection } from './fabric/peerBlocks.js';
import { peerHeight } from './fabric/peerHeight.js';
import { Follower } from './follow/follower.js';
import { beat } from './follow/heartbeat.js';
import { LateFollower } from './follow/lateFollower.js';
import { StandingWatch } from './follow/standingWatch.js';
import { Status } from './follow/status.js';
import type { Metrics, Watched } from './health/metrics.js';
import { connectNats } from './nats/connectNats.js';
import { NatsEventStream } from './nats/eventStream.js';
import { Relay } from './nats/relay.js';
import { BlockStore } from './postgres/blockStore.js';
import { readCounts, type Counts } from './postgres/counts.js';
import { requireMigrated } from './postgres/requireMigrated.js';

const maxConnections = 4;
const deadlines = { evaluateMs: 2_000, endorseMs: 2_000, submitMs: 2_000, commitMs: 2_000 };

/** One club: the blocks of its peer into its database, and from there its events into its account of NATS. */
export class ClubListener implements Watched {
  readonly id: string;
  readonly status: Status;
  readonly #pool: Pool;
  readonly #follower: Follower;
  readonly #late: LateFollower;
  readonly #standing: StandingWatch;
  readonly #relay: Relay;
  readonly #connect: () => Connection;
  readonly #channel: string;

  /** @throws Error when a file cannot be read */
  constructor(
    club: ClubConfiguration,
    { channel, chaincode, genesisBlock, standingHeightMs: limitMs }: Configuration,
    metrics: Metrics,
    log: Logger,
  ) {
    this.id = club.id;
    this.#channel = channel;
    this.#connect = connector(club);
    this.#pool = connectPool(club.database, { application: 'listener', maxConnections });
    this.status = new Status(this.#pool);
    const own = { id: club.id, mspId: club.mspId, channel };
    const source = new PeerBlocks(this.#connect, channel);
    const store = new BlockStore(this.#pool, own, chaincode);
    const shared = { source, pool: this.#pool, store, log };
    const label = { club: club.id };
    // Counted from zero, so that the first one is seen.
    for (const counter of [metrics.blocks, metrics.reconnects, metrics.refused]) counter.inc(label, 0);
    this.#relay = new Relay({
      pool: this.#pool,
      openStream: async () => NatsEventStream.open(await connectNats(club.nats, 'listener'), club.id),
      log,
    });
    const onStored = (): void => this.#relay.wake();
    this.#follower = new Follower({
      ...shared,
      genesis: receiveBlock(readFileSync(genesisBlock)),
      status: this.status,
      counters: {
        blocks: () => metrics.blocks.inc(label),
        reconnects: () => metrics.reconnects.inc(label),
        refused: () => metrics.refused.inc(label),
      },
      requireFit: async () => {
        await requireDurable(this.#pool);
        await requireMigrated(this.#pool);
      },
      onStored,
    });
    this.#standing = new StandingWatch({ pool: this.#pool, status: this.status, log, limitMs });
    this.#late = new LateFollower({ ...shared, club: own, onStored });
  }

  get published(): number {
    return this.#relay.position;
  }

  get standingSince(): Date | undefined {
    return this.#standing.standingSince;
  }

  /** Goes on until the signal aborts, with the block and the event in hand done. After a halt events are published still. */
  async run(signal: AbortSignal): Promise<void> {
    const halted = new AbortController();
    const following = this.#follower.run(signal).finally(() => halted.abort());
    const whileFollowing = AbortSignal.any([signal, halted.signal]);
    const late = this.#late.run(whileFollowing);
    const standing = this.#standing.run(whileFollowing);
    await Promise.all([following, late, standing, this.#relay.run(signal), beat(this.#pool, signal)]);
    await this.#pool.end();
  }

  counts(): Promise<Counts> {
    return readCounts(this.#pool);
  }

  peerHeight(): Promise<number> {
    return peerHeight(this.#connect, this.#channel);
  }
}

function connector({ mspId, peer, client }: ClubConfiguration): () => Connection {
  const address = { address: peer.address, tlsRootCertificate: readFileSync(peer.tlsRootCertificate, 'utf8') };
  const credentials = {
    certificate: readFileSync(client.certificate, 'utf8'),
    privateKey: readFileSync(client.privateKey, 'utf8'),
  };
  return () => {
    const connection = new PeerConnection(address, mspId, deadlines);
    return { gateway: connection.as(credentials), close: () => connection.close() };
  };
}
