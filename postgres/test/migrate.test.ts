import type { Client } from 'pg';
import { expect } from 'chai';
import { connectOne } from '../src/connect.js';
import { migrateDown, migrateUp, migrationStatus } from '../src/migrate.js';
import type { Migration } from '../src/migrations.js';
import { connected } from '../src/provision.js';
import { clubDatabase, postgresForTests, type ClubDatabase } from './postgresForTests.js';

const migration = (number: number, name: string, changes: Partial<Migration> = {}): Migration => ({
  number,
  name: `000${number}-${name}`,
  up: `CREATE TABLE ${name} ()`,
  down: `DROP TABLE ${name}`,
  checksum: `checksum of ${name}`,
  ...changes,
});

const tees = migration(1, 'tees');
const greens = migration(2, 'greens');
const broken = migration(2, 'broken', { up: 'CREATE TABLE half (); CREATE TABLE tees ()' });

describe('Migrating a schema', () => {
  let database: ClubDatabase;
  let client: Client;
  const others: Client[] = [];

  beforeEach(async () => {
    database = await clubDatabase();
    // As after dropping it by hand: the schema has forgotten what was applied.
    const { administrator } = await postgresForTests();
    await connected({ ...administrator, database: database.owner.name }, (one) =>
      one.query('DROP SCHEMA projection CASCADE; CREATE SCHEMA projection AUTHORIZATION harbour_owner'),
    );
    client = await connect();
  });

  afterEach(async () => {
    await Promise.all(others.splice(0).map((one) => one.end()));
    await database.drop();
  });

  async function connect(): Promise<Client> {
    const one = connectOne(database.owner, { application: 'migrate.test' });
    others.push(one);
    await one.connect();
    return one;
  }

  async function tables(): Promise<unknown> {
    const { rows } = await client.query<{ name: string }>(
      "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'projection' ORDER BY 1",
    );
    return rows.map(({ name }) => name);
  }

  it('applies what is missing in order, once', async () => {
    expect(await migrateUp(client, 'projection', [tees])).to.deep.equal(['0001-tees']);
    expect(await migrateUp(client, 'projection', [tees, greens])).to.deep.equal(['0002-greens']);
    expect(await migrateUp(client, 'projection', [tees, greens])).to.deep.equal([]);
    expect(await tables()).to.deep.equal(['greens', 'migration', 'tees']);
  });

  it('goes down one by one and up again', async () => {
    await migrateUp(client, 'projection', [tees, greens]);
    expect(await migrateDown(client, 'projection', [tees, greens])).to.equal('0002-greens');
    expect(await tables()).to.deep.equal(['migration', 'tees']);
    expect(await migrateDown(client, 'projection', [tees, greens])).to.equal('0001-tees');
    expect(await migrateDown(client, 'projection', [tees, greens])).to.equal(undefined);
    expect(await migrateUp(client, 'projection', [tees, greens])).to.have.length(2);
  });

  it('may be done twice at once: each is applied once, and none fails', async () => {
    const clients = await Promise.all([connect(), connect(), connect()]);
    const applied = await Promise.all(clients.map((one) => migrateUp(one, 'projection', [tees, greens])));
    expect(applied.flat().sort()).to.deep.equal(['0001-tees', '0002-greens']);
    expect(await tables()).to.deep.equal(['greens', 'migration', 'tees']);
  });

  it('leaves nothing of one that fails, and keeps those before it', async () => {
    const refused = await migrateUp(client, 'projection', [tees, broken]).catch(String);
    expect(refused).to.equal(
      'Error: Migration 0002-broken of projection failed and left nothing: relation "tees" already exists',
    );
    expect(await tables()).to.deep.equal(['migration', 'tees']);
    expect(await migrateUp(client, 'projection', [tees, greens])).to.deep.equal(['0002-greens']);
  });

  it('says what is applied and since when', async () => {
    await migrateUp(client, 'projection', [tees]);
    const [first, second] = await migrationStatus(client, 'projection', [tees, greens]);
    expect(first).to.include({ number: 1, name: '0001-tees' });
    expect(first?.appliedAt).to.be.instanceOf(Date);
    expect(second).to.deep.equal({ number: 2, name: '0002-greens', appliedAt: undefined });
  });

  for (const [what, present, message] of [
    ['one that was edited', [{ ...tees, checksum: 'another' }, greens], /Migration 0001-tees of projection was edited/],
    ['one that was renamed', [{ ...tees, name: '0001-holes' }, greens], /was edited after it was applied as 0001-tees/],
    ['one that it does not know', [tees], /has migration 0002-greens, which this program does not know/],
  ] as const)
    it(`refuses ${what}, up and down`, async () => {
      await migrateUp(client, 'projection', [tees, greens]);
      for (const act of [migrateUp, migrateDown, migrationStatus])
        expect(await act(client, 'projection', present).then(() => '', String)).to.match(message);
      expect(await tables()).to.deep.equal(['greens', 'migration', 'tees']);
    });

  it('refuses a schema whose own list has a gap', async () => {
    await migrateUp(client, 'projection', [tees, greens]);
    await client.query('DELETE FROM projection.migration WHERE number = 1');
    const refused = await migrateUp(client, 'projection', [tees, greens]).then(() => '', String);
    expect(refused).to.equal('Error: projection has migration 2 and not 1.');
  });

  it("takes this repository's own down and up again", async () => {
    await migrateUp(client, 'projection');
    for (const schema of ['projection', 'records'] as const) {
      while ((await migrateDown(client, schema)) !== undefined);
      expect(await migrateUp(client, schema)).not.to.be.empty;
    }
  });
});
