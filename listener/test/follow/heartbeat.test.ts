import { expect } from 'chai';
import { connectPool } from '@reciprocal-clubs/postgres/connect.js';
import { clubDatabase, type ClubDatabase } from '@reciprocal-clubs/postgres/test/postgresForTests.js';
import type { Pool } from 'pg';
import { beat } from '../../src/follow/heartbeat.js';
import { until } from '../listening.js';

const intervalMs = 1;

describe('saying that the listener lives', () => {
  let database: ClubDatabase;
  let pool: Pool;
  let owner: Pool;
  let end: AbortController;
  let beating: Promise<void>;

  beforeEach(async () => {
    database = await clubDatabase();
    pool = connectPool(database.listener, { application: 'listener in tests' });
    owner = connectPool(database.owner, { application: 'operator in tests' });
    end = new AbortController();
    await forget();
    beating = beat(pool, end.signal, intervalMs);
  });

  afterEach(async () => {
    end.abort();
    await beating;
    await pool.end();
    await owner.end();
    await database.drop();
  });

  const forget = () => owner.query(`UPDATE projection.listener SET seen_at = '2020-01-01Z'`);
  const isSeen = async (): Promise<boolean> => {
    const { rows } = await owner.query(`SELECT FROM projection.listener WHERE seen_at > now() - interval '1 minute'`);
    return rows.length === 1;
  };

  it('is done again and again, whatever the state is, and changes nothing else', async () => {
    const rest = async () => (await owner.query('SELECT state, reason, since FROM projection.listener')).rows;
    for (const state of ['following', 'reconnecting', 'halted']) {
      await until(isSeen);
      await owner.query('UPDATE projection.listener SET state = $1', [state]);
      const before = await rest();
      await forget();
      await until(isSeen);
      expect(await rest()).to.deep.equal(before);
    }
  });

  it('goes on after it could not be written', async () => {
    let failures = 0;
    pool.on('release', (error) => (failures += error ? 1 : 0));
    await until(isSeen);
    await owner.query('ALTER TABLE projection.listener RENAME TO elsewhere');
    await until(() => failures > 1);
    await owner.query('ALTER TABLE projection.elsewhere RENAME TO listener');
    await forget();
    await until(isSeen);
  });

  it('ends with the listener', async () => {
    await until(isSeen);
    end.abort();
    await beating;
    await forget();
    expect(await isSeen()).to.equal(false);
  });
});
