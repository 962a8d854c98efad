import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { Client, type Pool } from 'pg';
import { connectPool, type DatabaseConfiguration } from '../src/connect.js';
import { names } from '../src/names.js';
import { prepareDatabase } from '../src/prepareDatabase.js';
import { connected, inDatabase } from '../src/provision.js';
import { isSqlState } from '../src/sqlState.js';
import { clubDatabase, postgresForTests, type ClubDatabase } from './postgresForTests.js';

describe("A club's database", () => {
  let harbour: ClubDatabase;
  const pools: Pool[] = [];

  before(async () => {
    harbour = await clubDatabase('harbour');
  });

  afterEach(async () => {
    await Promise.all(pools.splice(0).map((pool) => pool.end()));
  });

  after(() => harbour.drop());

  async function refusal(database: DatabaseConfiguration, sql: string): Promise<string> {
    const pool = connectPool(database, { application: 'test' });
    pools.push(pool);
    return pool.query(sql).then(() => 'nothing', String);
  }

  for (const [role, may, sql] of [
    ['api', 'reads the read model', 'SELECT * FROM projection.record'],
    ['api', 'reads what was migrated', 'SELECT * FROM projection.migration, records.migration'],
    ['api', 'keeps operations', 'UPDATE records.operation SET finished_at = now()'],
    ['api', 'reads members', 'SELECT * FROM records.alias'],
    ['api', 'takes up an attempt', "UPDATE records.attempt SET taken_up = true WHERE tx_id = 'x'"],
    ['listener', 'moves its cursor', 'UPDATE projection.cursor SET next = 0'],
    ['listener', 'empties the read model', 'DELETE FROM projection.record'],
    ['listener', 'finds an attempt', "SELECT operation, tx_id, block FROM records.attempt WHERE tx_id = 'x'"],
    [
      'listener',
      'writes its verdict',
      "UPDATE records.attempt SET block = 1, index = 0, code = 0 WHERE tx_id = 'x' RETURNING operation",
    ],
  ] as const)
    it(`lets the ${role} do its work: it ${may}`, async () => {
      expect(await refusal(harbour[role], sql)).to.equal('nothing');
    });

  for (const [role, what, sql] of [
    ['api', 'write the read model', 'DELETE FROM projection.record'],
    ['api', 'move the cursor', 'UPDATE projection.cursor SET next = 0'],
    ['api', 'write a verdict', 'UPDATE records.attempt SET code = 0'],
    ['api', 'write an envelope', "UPDATE records.attempt SET envelope = ''"],
    ['api', 'say what was migrated', 'DELETE FROM records.migration'],
    ['api', 'make a table', 'CREATE TABLE records.more ()'],
    ['listener', 'read members', 'SELECT * FROM records.alias'],
    ['listener', 'read tags of members', 'SELECT * FROM records.exclusion_tag'],
    ['listener', 'read what was asked for', 'SELECT request FROM records.operation'],
    ['listener', 'read an envelope', 'SELECT envelope FROM records.attempt'],
    ['listener', 'write an envelope', "UPDATE records.attempt SET envelope = ''"],
    ['listener', 'make an attempt', 'INSERT INTO records.attempt (n) VALUES (1)'],
    ['listener', 'say what was migrated', 'DELETE FROM projection.migration'],
    ['listener', 'drop the read model', 'DROP SCHEMA projection CASCADE'],
    ['listener', 'make a table', 'CREATE TABLE public.more ()'],
    ['owner', 'make a database', 'CREATE DATABASE more'],
    ['owner', 'make a role', 'CREATE ROLE more'],
    ['owner', 'read files of the machine', "SELECT pg_read_file('/etc/hostname')"],
  ] as const)
    it(`does not let the ${role} ${what}`, async () => {
      expect(await refusal(harbour[role], sql)).to.match(/permission denied|must be owner/);
    });

  it("lets in none of another club's roles", async () => {
    const orchard = await clubDatabase('orchard');
    for (const role of ['owner', 'api', 'listener'] as const) {
      expect(await refusal({ ...orchard[role], name: harbour[role].name }, 'SELECT 1')).to.match(
        /permission denied for database/,
      );
      expect(await refusal(orchard[role], 'SELECT 1')).to.equal('nothing');
    }
    await Promise.all(pools.splice(0).map((pool) => pool.end()));
    await orchard.drop();
  });

  describe('when it is provisioned', () => {
    const passwords = { owner: 'o', api: 'a', listener: 'l' };

    async function withNewClub(use: (club: ReturnType<typeof names>) => Promise<void>): Promise<void> {
      const club = names(`c${randomUUID().slice(0, 8)}`);
      try {
        await use(club);
      } finally {
        await connected((await postgresForTests()).administrator, async (client) => {
          await client.query(`DROP DATABASE IF EXISTS ${club.database} (FORCE)`);
          for (const role of [club.api, club.listener, club.owner]) await client.query(`DROP ROLE IF EXISTS ${role}`);
        });
      }
    }

    it('twice at once, is ready once, and again changes nothing', () =>
      withNewClub(async (club) => {
        const { administrator } = await postgresForTests();
        const prepare = () => prepareDatabase(administrator, club, passwords);
        const applied = await Promise.all([prepare(), prepare(), prepare()]);
        expect(applied.flat().sort()).to.deep.equal([...new Set(applied.flat())].sort()).and.not.be.empty;
        expect(await prepare()).to.deep.equal([]);
      }));

    it('goes on after it was killed anywhere between', () =>
      withNewClub(async (club) => {
        const { administrator } = await postgresForTests();
        await connected(administrator, (client) => client.query(`CREATE ROLE ${club.owner}`));
        await connected(administrator, (client) => client.query(`CREATE DATABASE ${club.database}`));
        expect(await prepareDatabase(administrator, club, passwords)).not.to.be.empty;
      }));

    it('has its read model again after that was dropped, with rights, and the records as they were', () =>
      withNewClub(async (club) => {
        const { administrator } = await postgresForTests();
        await prepareDatabase(administrator, club, passwords);
        const inside = { ...administrator, ...inDatabase(administrator, club.database) };
        await connected(inside, async (client) => {
          await client.query("INSERT INTO records.alias VALUES ('pseudonym', 'agreement', '1', '2')");
          await client.query('DROP SCHEMA projection CASCADE');
        });
        const applied = await prepareDatabase(administrator, club, passwords);
        expect(applied.every((name) => name.startsWith('projection/'))).to.equal(true);
        const api = new Client({ ...administrator, database: club.database, user: club.api, password: 'a' });
        await api.connect();
        expect((await api.query('SELECT * FROM projection.cursor')).rowCount).to.equal(1);
        expect((await api.query('SELECT * FROM records.alias')).rowCount).to.equal(1);
        await api.end();
      }));

    it('by an administrator that is no superuser, is ready all the same', () =>
      withNewClub(async (club) => {
        const { administrator } = await postgresForTests();
        const user = `office_${club.owner}`;
        await connected(administrator, (client) =>
          client.query(`CREATE ROLE ${user} LOGIN CREATEDB CREATEROLE PASSWORD 'p'`),
        );
        const { host, port } = administrator;
        const office = { connectionString: `postgres://${user}:p@${host}:${port}/postgres` };
        expect(await prepareDatabase(office, club, passwords)).not.to.be.empty;
        expect(await prepareDatabase(office, club, passwords)).to.deep.equal([]);
        await connected(administrator, async (client) => {
          await client.query(`DROP DATABASE ${club.database} (FORCE)`);
          for (const role of [club.api, club.listener, club.owner]) await client.query(`DROP ROLE ${role}`);
          await client.query(`DROP ROLE ${user}`);
        });
      }));

    it('takes its new passwords, of which the server keeps no plain word', () =>
      withNewClub(async (club) => {
        const { administrator } = await postgresForTests();
        await prepareDatabase(administrator, club, passwords);
        await prepareDatabase(administrator, club, { ...passwords, api: 'another' });
        const as = async (password: string): Promise<string> => {
          const client = new Client({ ...administrator, database: club.database, user: club.api, password });
          const entered = await client.connect().then(() => 'entered', String);
          if (entered === 'entered') await client.end();
          return entered;
        };
        expect(await as('a')).to.include('password authentication failed');
        expect(await as('another')).to.equal('entered');
      }));
  });

  it('tells failures apart by their code', async () => {
    const { administrator } = await postgresForTests();
    await connected(administrator, async (client) => {
      const error: unknown = await client.query('CREATE ROLE postgres').catch((failure: unknown) => failure);
      expect([isSqlState(error, 'duplicateObject'), isSqlState(error, 'uniqueViolation')]).to.deep.equal([true, false]);
    });
    expect(isSqlState(new Error('42710'), 'duplicateObject')).to.equal(false);
  });

  it('keeps passwords in files alone', () => {
    expect(readFileSync(harbour.api.passwordFile, 'utf8')).to.equal('harbour api');
  });
});
