import { expect } from 'chai';
import { Client, Pool } from 'pg';
import { connectOne, connectPool, requireDurable } from '../src/connect.js';
import { connected } from '../src/provision.js';
import { withConnection } from '../src/withConnection.js';
import { clubDatabase, postgresForTests, type ClubDatabase } from './postgresForTests.js';

describe("A connection to a club's database", () => {
  let database: ClubDatabase;

  before(async () => {
    database = await clubDatabase();
  });

  after(() => database.drop());

  it('is the role of its process, under its name', async () => {
    const pool = connectPool(database.api, { application: 'the api' });
    const { rows } = await pool.query("SELECT current_user, current_setting('application_name') AS application");
    expect(rows).to.deep.equal([{ current_user: 'harbour_api', application: 'the api' }]);
    await pool.end();
  });

  it('takes a bigint for a number, and never for a wrong one', async () => {
    const pool = connectPool(database.api, { application: 'test' });
    const { rows } = await pool.query('SELECT 9007199254740991 AS large, count(*) FROM projection.block');
    expect(rows).to.deep.equal([{ large: 9007199254740991, count: 0 }]);
    expect(await pool.query('SELECT 9007199254740993').catch(String)).to.include('9007199254740993 is no safe integer');
    await pool.end();
  });

  it('that is lost while it is used fails who uses it, and nobody else', async () => {
    const pool = connectPool(database.api, { application: 'test', maxConnections: 1 });
    const { administrator } = await postgresForTests();
    const lost = await withConnection(pool, async (client) => {
      const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
      const ended = new Promise((resolve) => client.once('end', resolve));
      await connected(administrator, (other) => other.query('SELECT pg_terminate_backend($1)', [rows[0]?.pid]));
      await ended;
      return client.query('SELECT 1');
    }).catch(String);
    expect(lost).to.match(/not queryable|terminat/);
    expect((await pool.query('SELECT 1 AS one')).rows).to.deep.equal([{ one: 1 }]);
    await pool.end();
  });

  it('is given back when it was used, and not when that failed', async () => {
    const pool = connectPool(database.api, { application: 'test', maxConnections: 1 });
    const pidIn = async (client: Pick<Pool, 'query'>): Promise<unknown> =>
      (await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')).rows[0]?.pid;
    const first = await withConnection(pool, pidIn);
    expect(await withConnection(pool, pidIn)).to.equal(first);
    const failed = withConnection(pool, async (client) => {
      await client.query('BEGIN');
      throw new Error('in the middle');
    });
    expect(await failed.catch(String)).to.equal('Error: in the middle');
    expect(await withConnection(pool, pidIn)).not.to.equal(first);
    await pool.end();
  });

  it('gives up a statement, and a lock, that takes too long', async () => {
    const slow = connectPool(database.listener, { application: 'test', statementTimeoutMs: 20 });
    expect(await slow.query('SELECT pg_sleep(60)').catch(String)).to.match(/statement timeout/);
    const waiting = connectPool(database.listener, { application: 'test', lockTimeoutMs: 20 });
    const holder = await slow.connect();
    await holder.query('BEGIN');
    await holder.query('UPDATE projection.cursor SET next = 1');
    expect(await waiting.query('UPDATE projection.cursor SET next = 2').catch(String)).to.match(/lock timeout/);
    await holder.query('ROLLBACK');
    holder.release();
    await Promise.all([slow.end(), waiting.end()]);
  });

  it('may be lost while it is idle: that is told, and the next query has another', async () => {
    const { promise, resolve } = Promise.withResolvers<Error>();
    const pool = connectPool(database.api, { application: 'to be lost', onLost: resolve });
    await pool.query('SELECT 1');
    const { administrator } = await postgresForTests();
    const client = new Client(administrator);
    await client.connect();
    await client.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'to be lost'");
    await client.end();
    expect(String(await promise)).to.match(/terminating connection/);
    expect((await pool.query('SELECT 1 AS one')).rows).to.deep.equal([{ one: 1 }]);
    await pool.end();
  });

  it('is refused with another password', async () => {
    const client = connectOne({ ...database.api, passwordFile: database.owner.passwordFile }, { application: 'test' });
    client.on('error', () => {});
    expect(await client.connect().catch(String)).to.include('password authentication failed');
  });

  it('is refused over TLS by a server without it, rather than made without', async () => {
    const client = connectOne({ ...database.api, tls: true }, { application: 'test' });
    client.on('error', () => {});
    expect(await client.connect().catch(String)).to.include('does not support SSL');
  });

  it('is durable, unless the server may forget what it committed', async () => {
    const { administrator } = await postgresForTests();
    const pool = new Pool({ ...administrator, max: 1 });
    await requireDurable(pool);
    await pool.query('SET synchronous_commit = off');
    expect(await requireDurable(pool).catch(String)).to.include('synchronous_commit off');
    await pool.end();
  });
});
