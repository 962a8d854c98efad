import { createHash, randomBytes } from 'node:crypto';
import { PassThrough } from 'node:stream';
import { connectPool } from '@reciprocal-clubs/postgres/connect.js';
import { clubDatabase, type ClubDatabase } from '@reciprocal-clubs/postgres/test/postgresForTests.js';
import type pg from 'pg';
import { createLogger, transports } from 'winston';
import type { Club } from '../../src/club.js';
import { commands } from '../../src/commands.js';
import type { Endorsed, Ledger } from '../../src/fabric/ledgerClient.js';
import { FieldCipher } from '../../src/members/fieldCipher.js';
import { Pseudonyms } from '../../src/members/pseudonyms.js';
import { CommandDesk } from '../../src/operations/commandDesk.js';
import { Notifications } from '../../src/postgres/notifications.js';

/** What ordering answers to an envelope that is sent. */
type Ordering = (envelope: Buffer) => Promise<{ accepted: boolean }>;

/** A club's node up to the ledger: its database is real, its peer is told what to answer, and the test is the listener. */
export class Node {
  readonly sent: Buffer[] = [];
  /** of the log */
  readonly lines: string[] = [];
  endorsed = 0;
  /** the record that a valid transaction of this block leaves */
  bodyAt: (block: number) => object = (block) => ({ id: proposalId, closedIn: block });
  ordering: Ordering = () => Promise.resolve({ accepted: true });
  /** blocks that the own peer has */
  peerHeight = 0;
  heightAsked = 0;
  endorse: (request: object | undefined) => Promise<Endorsed> = () => Promise.resolve(envelopeOf());
  /** what the own peer says of a public command */
  evaluate: (request: object | undefined) => Promise<unknown> = (request) => this.endorse(request);
  #desk: CommandDesk | undefined;
  #block = 0;

  private constructor(
    readonly database: ClubDatabase,
    readonly pool: pg.Pool,
    readonly listener: pg.Pool,
    readonly club: Club,
  ) {}

  static async open(): Promise<Node> {
    const database = await clubDatabase();
    const pool = connectPool(database.api, { application: 'test api' });
    const listener = connectPool(database.listener, { application: 'test listener' });
    const stream = new PassThrough();
    const log = createLogger({ transports: [new transports.Stream({ stream })] });
    const notifications = new Notifications(database.api, log);
    notifications.start();
    const ref: { node?: Node } = {};
    const ledger = ledgerOf(() => {
      if (!ref.node) throw new Error('the node is not open');
      return ref.node;
    });
    const node = new Node(database, pool, listener, {
      id: 'harbour',
      mspId: 'HarbourMSP',
      pool,
      notifications,
      ledger: { client: ledger, delegate: ledger },
      pseudonyms: new Pseudonyms(pool, new FieldCipher(randomBytes(32))),
      secrets: { idempotencyKey: Buffer.alloc(32, 1), cursorKey: randomBytes(32), tokenKeyFolder: '' },
      log,
      close: () => Promise.resolve(),
    });
    ref.node = node;
    stream.on('data', (line: Buffer) => node.lines.push(line.toString('utf8')));
    return node;
  }

  /** The desk of this process; of the next one after `crash`. */
  get desk(): CommandDesk {
    return (this.#desk ??= new CommandDesk(this.club, commands));
  }

  /** The process ends wherever it is; what is in the database stays. */
  async crash(): Promise<void> {
    await this.#desk?.close();
    this.#desk = undefined;
  }

  async close(): Promise<void> {
    await this.crash();
    await this.club.notifications.close();
    await this.pool.end();
    await this.listener.end();
    await this.database.drop();
  }

  /** Every envelope is in a block at once, with this code. */
  commitWhenSent(code?: number): void {
    this.ordering = async (envelope) => {
      await this.commit(envelope, code);
      return { accepted: true };
    };
  }

  /** As the listener does in a block's transaction: the verdict, and the record where it is valid. */
  async commit(envelope: Uint8Array, code = 0): Promise<number> {
    const txId = txIdOf(envelope);
    const block = this.#block;
    this.#block += 1;
    const client = await this.listener.connect();
    try {
      await client.query('BEGIN');
      await client.query(`INSERT INTO projection.block VALUES ($1, '', '', '', '')`, [block]);
      await client.query(
        `INSERT INTO projection.transaction (block, index, tx_id, type, code, creator_msp, endorsers)
         VALUES ($1, 0, $2, 3, $3, 'HarbourMSP', '{HarbourMSP}')`,
        [block, txId, code],
      );
      if (code === 0)
        await client.query(
          `INSERT INTO projection.record (kind, id, body, tags, hash, block, index, created_block, created_index)
           VALUES ('proposal', $1, $2, '{}', $3, $4, 0, $4, 0)
           ON CONFLICT (kind, id) DO UPDATE SET body = EXCLUDED.body, block = EXCLUDED.block, hash = EXCLUDED.hash`,
          [proposalId, JSON.stringify(this.bodyAt(block)), Buffer.alloc(32, block), block],
        );
      const { rows } = await client.query<{ operation: string }>(
        'UPDATE records.attempt SET block = $2, index = 0, code = $3 WHERE tx_id = $1 RETURNING operation',
        [txId, block, code],
      );
      await client.query('UPDATE projection.cursor SET next = $1', [block + 1]);
      for (const { operation } of rows) await client.query(`SELECT pg_notify('operation', $1)`, [operation]);
      await client.query(`SELECT pg_notify('block', $1)`, [String(block)]);
      await client.query('COMMIT');
    } finally {
      client.release();
    }
    return block;
  }
}

export const proposalId = 'ab'.repeat(16);

export const txIdOf = (envelope: Uint8Array): string => createHash('sha256').update(envelope).digest('hex');

export function envelopeOf(): Endorsed {
  const envelope = randomBytes(100);
  return { txId: txIdOf(envelope), envelope, endorsers: ['HarbourMSP', 'OrchardMSP'] };
}

const ledgerOf = (node: () => Node): Ledger => ({
  credentials: { certificate: '', privateKey: '' },
  endorsePublic: async (_transaction, request) => {
    node().endorsed += 1;
    return node().endorse(request);
  },
  endorseSealed: () => Promise.reject(new Error('no sealed command is played here')),
  send: async (envelope) => {
    node().sent.push(Buffer.from(envelope));
    return node().ordering(Buffer.from(envelope));
  },
  prepare: () => Promise.reject(new Error('no sealed command is played here')),
  evaluatePublic: (_transaction, request) => node().evaluate(request),
  height: () => {
    node().heightAsked += 1;
    return Promise.resolve(node().peerHeight);
  },
});
