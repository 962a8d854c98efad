import { randomBytes } from 'node:crypto';
import { connectPool } from '@reciprocal-clubs/postgres/connect.js';
import { clubDatabase, type ClubDatabase } from '@reciprocal-clubs/postgres/test/postgresForTests.js';
import { expect } from 'chai';
import type pg from 'pg';
import { FieldCipher } from '../../src/members/fieldCipher.js';
import { Pseudonyms } from '../../src/members/pseudonyms.js';

const [agreement, other] = ['a1'.repeat(16), 'b2'.repeat(16)];

describe('Pseudonyms of members', () => {
  let database: ClubDatabase;
  let pool: pg.Pool;
  let pseudonyms: Pseudonyms;

  beforeEach(async () => {
    database = await clubDatabase();
    pool = connectPool(database.api, { application: 'test' });
    pseudonyms = new Pseudonyms(pool, new FieldCipher(randomBytes(32)));
  });

  afterEach(async () => {
    await pool.end();
    await database.drop();
  });

  it('are the same under one agreement, also when two requests make them at once, and never under another', async () => {
    const made = await Promise.all(['', '', ''].map(() => pseudonyms.of('HRB-1042', agreement)));
    expect(new Set(made).size).to.equal(1);
    expect(await pseudonyms.of('HRB-1042', agreement)).to.equal(made[0]);
    expect(await pseudonyms.of('HRB-1042', other)).not.to.equal(made[0]);
    expect(await pseudonyms.of('HRB-1043', agreement)).not.to.equal(made[0]);
  });

  it('share a tag on passes that overlap, and get a new one after the last has ended', async () => {
    const tag = (from: string, to: string) => pseudonyms.exclusionTag('HRB-1042', from, to);
    const first = await tag('2020-03-01', '2020-03-10');
    expect(await tag('2020-03-10', '2020-04-20')).to.equal(first);
    expect(await tag('2020-04-20', '2020-04-25')).to.equal(first);
    const later = await tag('2020-04-26', '2020-04-30');
    expect(later).to.match(/^[0-9a-f]{64}$/);
    expect(later).not.to.equal(first);
  });

  it('leave no number and no tag in the tables that could be read without the key', async () => {
    await pseudonyms.of('HRB-1042', agreement);
    const tag = await pseudonyms.exclusionTag('HRB-1042', '2026-11-01', '2026-11-30');
    const { rows } = await pool.query(
      'SELECT a::text AS row FROM records.alias a UNION ALL SELECT t::text FROM records.exclusion_tag t',
    );
    const text = JSON.stringify(rows);
    const hex = (word: string): string => Buffer.from(word).toString('hex');
    expect(rows).to.have.length(2);
    for (const word of ['HRB-1042', hex('HRB-1042'), tag, hex(tag)]) expect(text).not.to.contain(word);
  });
});
