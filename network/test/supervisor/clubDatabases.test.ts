import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { Client, type ClientConfig } from 'pg';
import { databaseOf, databaseServer, prepareDatabases } from '../../src/supervisor/clubDatabases.js';
import { DataFolder } from '../../src/supervisor/dataFolder.js';
import { consortiumOf } from '../consortiumOf.js';
import { freePort } from '../services/freePort.js';
import { servedPostgres } from '../services/servedPostgres.js';
import { temporaryFolder } from './programs.js';

const password = 'not to be shown';
const urlOf = (host: string, port: number, rest = ''): string =>
  `postgres://postgres:${encodeURIComponent(password)}@${host}:${port}/postgres${rest}`;

/** Why a role cannot connect. */
async function refusal(access: ClientConfig): Promise<string> {
  const client = new Client(access);
  try {
    await client.connect();
    return 'let in';
  } catch (error) {
    return String(error);
  } finally {
    await client.end();
  }
}

describe("The clubs' databases", () => {
  const folder = temporaryFolder();
  const data = (): DataFolder => new DataFolder(join(folder.path, 'data'), consortiumOf(3));

  it('are made on the server that DATABASE_URL names, of which nothing is started', async () => {
    const { server, process: postgres } = await servedPostgres(folder.path);
    await postgres.start();
    const { administrator } = server;
    const url = `postgres://postgres:${administrator.password}@${administrator.host}:${administrator.port}/postgres`;
    try {
      const named = await databaseServer(data(), { DATABASE_URL: url }, () => {});
      expect(named).to.deep.include({ plan: undefined, host: '127.0.0.1', port: administrator.port, tls: false });
      const said: string[] = [];
      await prepareDatabases(data(), named, (line) => said.push(line));
      expect(said.map((line) => line.replace(/, \d+ ms$/, ''))).to.deep.equal(
        data().consortium.clubs.map(
          ({ legalName }) => `Database of ${legalName}: migrated (projection/0001-ledger, records/0001-operations)`,
        ),
      );
      const club = data().consortium.clubs[2];
      if (!club) throw new Error('there is no third club');
      const { name, user } = databaseOf(data(), named, club, 'listener');
      expect([name, user]).to.deep.equal(['club_orchard', 'orchard_listener']);
      const client = new Client({ ...administrator, database: name });
      await client.connect();
      expect((await client.query('SELECT next FROM projection.cursor')).rows).to.deep.equal([{ next: '0' }]);
      await client.end();

      await prepareDatabases(data(), { ...named, plan: postgres.plan }, () => {});
      const access = {
        ...administrator,
        user,
        password: readFileSync(databaseOf(data(), named, club, 'listener').passwordFile, 'utf8'),
      };
      for (const database of ['postgres', 'template1', 'club_harbour'])
        expect(await refusal({ ...access, database }), database).to.match(/permission denied for database/);
    } finally {
      await postgres.stop();
    }
  });

  it('are reached over TLS when the URL asks for it', async () => {
    const url = urlOf('db.example', 5433, '?sslmode=verify-full');
    const named = await databaseServer(data(), { DATABASE_URL: url }, () => {});
    expect(named).to.deep.include({ host: 'db.example', port: 5433, tls: true });
  });

  for (const url of [`db.example:5432 ${password}`, `postgres://x:${password}@[/`, `http://${password}`])
    it(`are nowhere when DATABASE_URL is none, which is told without it: ${url.length} characters`, async () => {
      const refused = await databaseServer(data(), { DATABASE_URL: url }, () => {}).then(() => 'taken', String);
      expect(refused)
        .to.match(/^Error: DATABASE_URL is no URL of Postgres/)
        .and.not.include(password);
    });

  it('tell in one line whose cannot be made', async () => {
    const named = await databaseServer(data(), { DATABASE_URL: urlOf('localhost', await freePort()) }, () => {});
    const refused = await prepareDatabases(data(), named, () => {}).catch(String);
    expect(refused).to.match(/^Error: The database of Harbour Club cannot be made ready: .*ECONNREFUSED.*$/);
  });
});
