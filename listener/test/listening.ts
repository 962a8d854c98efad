import { connectOne, connectPool } from '@reciprocal-clubs/postgres/connect.js';
import { migrateDown, migrateUp } from '@reciprocal-clubs/postgres/migrate.js';
import { names } from '@reciprocal-clubs/postgres/names.js';
import { grantRights } from '@reciprocal-clubs/postgres/rights.js';
import { clubDatabase, type ClubDatabase } from '@reciprocal-clubs/postgres/test/postgresForTests.js';
import { setTimeout as delay } from 'node:timers/promises';
import type { Pool } from 'pg';
import { receiveBlock } from '../src/blocks/verifiedBlock.js';
import type { BlockSource } from '../src/fabric/delivery.js';
import { Backoff } from '../src/follow/backoff.js';
import { Follower } from '../src/follow/follower.js';
import { LateFollower } from '../src/follow/lateFollower.js';
import { Status } from '../src/follow/status.js';
import { BlockStore } from '../src/postgres/blockStore.js';
import { requireMigrated } from '../src/postgres/requireMigrated.js';
import { memoryLog } from './memoryLog.js';
import { PeerSource } from './peerSource.js';
import { id, mspIds, type ClubId, type World } from './world.js';

const pollMs = 2;

/** A listener of one club without NATS: its parts on a database of its own, in the hands of a test. */
export class Listening {
  readonly status: Status;
  readonly store: BlockStore;
  readonly source: PeerSource;
  readonly counts = { blocks: 0, reconnects: 0, refused: 0 };
  readonly #log = memoryLog();

  private constructor(
    readonly world: World,
    readonly club: ClubId,
    readonly database: ClubDatabase,
    readonly pool: Pool,
  ) {
    this.status = new Status(pool);
    this.store = new BlockStore(pool, this.own, 'clubs');
    this.source = new PeerSource(world, club);
  }

  static async to(world: World, club: ClubId = 'harbour', database?: ClubDatabase): Promise<Listening> {
    const own = database ?? (await clubDatabase(club));
    return new Listening(world, club, own, connectPool(own.listener, { application: 'listener in tests' }));
  }

  /** Another listener of the same club on the same database. */
  another(): Promise<Listening> {
    return Listening.to(this.world, this.club, this.database);
  }

  get own(): { id: string; mspId: string; channel: string } {
    return { id: this.club, mspId: mspIds[this.club], channel: this.world.network.channel };
  }

  get log() {
    return this.#log.entries;
  }

  alarms(): unknown[] {
    return this.#log.entries.flatMap(({ alarm }) => alarm ?? []);
  }

  logText(): string {
    return this.#log.text();
  }

  follower(source: BlockSource = this.source, onStored: () => void = () => {}): Follower {
    return new Follower({
      source,
      pool: this.pool,
      store: this.store,
      genesis: receiveBlock(this.world.genesisBlock),
      status: this.status,
      log: this.#log.log,
      counters: {
        blocks: () => (this.counts.blocks += 1),
        reconnects: () => (this.counts.reconnects += 1),
        refused: () => (this.counts.refused += 1),
      },
      requireFit: () => requireMigrated(this.pool),
      onStored,
      backoff: new Backoff({ firstMs: 1, lastMs: 5 }),
    });
  }

  late(source: BlockSource = this.source): LateFollower {
    const { own: club, pool, store } = this;
    return new LateFollower({ club, source, pool, store, log: this.#log.log, onStored: () => {}, pauseMs: 1 });
  }

  /** Follows until so many blocks are stored, by whomever, or it halts. */
  catchUp(height = this.world.height, source: BlockSource = this.source): Promise<void> {
    const holds = async () => this.status.state === 'halted' || (await this.height()) >= height;
    return this.followUntil(holds, source, height);
  }

  /** Follows until something holds, and no further than so many blocks. */
  async followUntil(
    holds: () => boolean | Promise<boolean>,
    source: BlockSource = this.source,
    height = Infinity,
  ): Promise<void> {
    const end = new AbortController();
    const stored = (): void => {
      if (this.status.height + 1 >= height) end.abort();
    };
    const running = this.follower(source, stored).run(end.signal);
    try {
      await until(async () => this.status.state !== 'starting' && (await holds()));
    } finally {
      end.abort();
      await running;
    }
  }

  /** Asks for what is missing, whatever the time. */
  async askAgain(source: BlockSource = this.source): Promise<void> {
    await this.query('UPDATE projection.missing SET next_attempt_at = now()');
    await this.late(source).askAgain(new AbortController().signal);
  }

  /** Number of blocks stored; -1 while the database cannot say. */
  async height(): Promise<number> {
    const rows = await this.query<{ next: number }>('SELECT next FROM projection.cursor').catch(() => []);
    return rows[0]?.next ?? -1;
  }

  async query<Row extends object>(sql: string, values: unknown[] = []): Promise<Row[]> {
    return (await this.pool.query<Row>(sql, values)).rows;
  }

  async record<Body>(kind: string, id: string): Promise<Body | undefined> {
    const [row] = await this.query<{ body: Body }>('SELECT body FROM projection.record WHERE kind = $1 AND id = $2', [
      kind,
      id,
    ]);
    return row?.body;
  }

  /** As the API does before it sends an envelope. @returns the operation */
  async attempt(txId: string): Promise<string> {
    const operation = id();
    const api = connectPool(this.database.api, { application: 'api in tests' });
    await api.query(
      `INSERT INTO records.operation (id, subject, idempotency_key, request_hash, command, request, state)
       VALUES ($1, 'staff-1', $1, $2, 'passes.issue', '{}', 'running')`,
      [operation, Buffer.alloc(32)],
    );
    await api.query(
      `INSERT INTO records.attempt (operation, n, tx_id, envelope, endorsers, height) VALUES ($1, 1, $2, $3, '{}', 1)`,
      [operation, txId, Buffer.from('envelope')],
    );
    await api.end();
    return operation;
  }

  /** Types of the outbox in its order. */
  async told(): Promise<string[]> {
    const rows = await this.query<{ type: string }>('SELECT type FROM projection.event ORDER BY position');
    return rows.map(({ type }) => type);
  }

  /** Everything that is made from the ledger, so that two databases can be compared. */
  async projection(): Promise<Record<string, object[]>> {
    const tables = {
      cursor: 'SELECT next, last_hash FROM projection.cursor',
      block: 'SELECT number, hash, bytes FROM projection.block ORDER BY number',
      transaction: 'SELECT * FROM projection.transaction ORDER BY block, index',
      version: 'SELECT * FROM projection.version ORDER BY collection, key_hash, block, index',
      record: 'SELECT * FROM projection.record ORDER BY kind, id',
      event: 'SELECT id, type, data FROM projection.event ORDER BY block, index, n',
      expected: 'SELECT * FROM projection.expected_act ORDER BY collection, key_hash',
      quarantine: 'SELECT * FROM projection.quarantine ORDER BY block, index',
      missing: 'SELECT block, index, collection FROM projection.missing ORDER BY block, index',
    };
    const rows = Object.entries(tables).map(async ([name, sql]) => [name, await this.query(sql)] as const);
    return Object.fromEntries(await Promise.all(rows));
  }

  /** The schema is thrown away and made again, as an operator may do it. */
  async dropProjection(): Promise<void> {
    const owner = connectOne(this.database.owner, { application: 'operator in tests' });
    await owner.connect();
    await migrateDown(owner, 'projection');
    await migrateUp(owner, 'projection');
    await grantRights(owner, names(this.club));
    await owner.end();
  }

  async end(): Promise<void> {
    await this.pool.end();
  }
}

/** Asks until it holds; a test that waits for ever runs out of its time. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await delay(pollMs);
}
