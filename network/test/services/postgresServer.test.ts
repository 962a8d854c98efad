import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, globSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { Client } from 'pg';
import { findPostgres } from '../../src/services/findPostgres.js';
import { preparePostgres } from '../../src/services/postgresServer.js';
import { pidIn } from '../../src/services/serverRun.js';
import { listens } from '../../src/supervisor/ports.js';
import type { ManagedProcess } from '../../src/supervisor/managedProcess.js';
import { temporaryFolder } from '../supervisor/programs.js';
import { fakeProgram } from './fakeProgram.js';
import { ask, servedPostgres } from './servedPostgres.js';

const module = new URL('../../src/services/postgresServer.js', import.meta.url).href;

describe('Postgres of our own', () => {
  const folder = temporaryFolder();
  let running: ManagedProcess | undefined;

  afterEach(() => running?.stop());

  it('serves on this machine alone, by password alone, and keeps what is committed', async () => {
    const { server, process: postgres } = await servedPostgres(folder.path);
    running = postgres;
    await postgres.start();
    for (const [setting, value] of [
      ['fsync', 'on'],
      ['synchronous_commit', 'on'],
      ['data_checksums', 'on'],
      ['server_encoding', 'UTF8'],
      ['unix_socket_directories', ''],
    ] as const)
      expect(await ask(server, `SHOW ${setting}`), setting).to.equal(value);
    const { port } = server.administrator;
    const addresses = Object.values(networkInterfaces()).flatMap((of) => of ?? []);
    for (const { address } of addresses.filter(({ internal, family }) => !internal && family === 'IPv4'))
      expect(await listens(address, port), address).to.equal(false);
    const stranger = new Client({ ...server.administrator, password: 'guess' });
    expect(await stranger.connect().catch(String)).to.include('password authentication failed');
    expect(statSync(join(folder.path, 'postgres.password')).mode & 0o777).to.equal(0o600);
  });

  it('writes no values into its log when a statement fails', async () => {
    const { server, process: postgres } = await servedPostgres(folder.path);
    running = postgres;
    await postgres.start();
    await ask(server, 'CREATE TABLE alias (member text PRIMARY KEY)');
    for (const sql of ["INSERT INTO alias VALUES ('HRB-1042'), ('HRB-1042')", "SELECT 'HRB-1042' FROM nothing"])
      expect(await ask(server, sql).catch(String)).to.include('rror');
    const log = readFileSync(postgres.plan.log, 'utf8');
    expect(log).to.include('duplicate key').and.not.include('HRB-1042');
  });

  it('is as it was after a stop and a start', async () => {
    const first = await servedPostgres(folder.path);
    running = first.process;
    await first.process.start();
    await ask(first.server, 'CREATE TABLE kept ()');
    await first.process.stop();
    const second = await servedPostgres(folder.path);
    running = second.process;
    await second.process.start();
    expect(await ask(second.server, "SELECT to_regclass('kept')::text")).to.equal('kept');
  });

  it('is made anew when initdb was killed half way', async () => {
    const initdb = fakeProgram(
      join(folder.path, 'bin', 'initdb'),
      `while [ "$1" != -D ]; do shift; done; echo $$ > "$2/half"; exec sleep 600`,
    );
    const options = { data: join(folder.path, 'postgres'), passwordFile: join(folder.path, 'postgres.password') };
    const words = JSON.stringify([
      { postgres: initdb, initdb, version: '18' },
      { ...options, runnerFile: join(folder.path, 'x'), port: 1 },
    ]);
    const killed = spawn(process.execPath, [
      ...['--input-type=module', '-e'],
      `import { preparePostgres } from '${module}'; await preparePostgres(...${words});`,
    ]);
    const half = (): string[] => globSync(join(folder.path, 'postgres.unfinished-*/data/half'));
    while (half().every((file) => readFileSync(file, 'utf8') === '')) {
      expect(killed.exitCode).to.equal(null);
      await delay(5);
    }
    killed.kill('SIGKILL');
    await once(killed, 'exit');
    process.kill(Number(readFileSync(half()[0] ?? '', 'utf8')));
    expect(existsSync(options.data)).to.equal(false);

    const { server, process: postgres } = await servedPostgres(folder.path);
    running = postgres;
    await postgres.start();
    expect(await ask(server, 'SELECT 1')).to.equal(1);
    expect(readdirSync(folder.path).filter((name) => name.includes('unfinished'))).to.deep.equal([]);
  });

  it('tells in its own words why initdb failed', async () => {
    const initdb = fakeProgram(join(folder.path, 'bin', 'initdb'), 'echo "initdb: error: no space left" >&2; exit 1');
    const refused = await preparePostgres(
      { postgres: initdb, initdb, version: '18' },
      {
        ...{ data: join(folder.path, 'postgres'), passwordFile: join(folder.path, 'p'), port: 1 },
        runnerFile: join(folder.path, 'r'),
      },
    ).catch(String);
    expect(refused).to.match(/^Error: Postgres could not make its data in .*: initdb: error: no space left$/);
    expect(existsSync(join(folder.path, 'postgres'))).to.equal(false);
  });

  if (process.getuid?.() === 0)
    it("runs as another user when root starts it, though its programs and data lie in a folder of root's alone", async () => {
      expect(statSync(folder.path).mode & 0o777).to.equal(0o700);
      const { postgres: program } = await findPostgres(process.env, () => {});
      cpSync(join(program, '..', '..'), join(folder.path, 'native'), { recursive: true, verbatimSymlinks: true });
      const env = { PG_BIN: join(folder.path, 'native', 'bin') };
      const { server, process: postgres } = await servedPostgres(folder.path, () => {}, env);
      running = postgres;
      await postgres.start();
      expect(await ask(server, 'SHOW data_directory')).to.equal(join(folder.path, 'postgres'));
      const status = readFileSync(`/proc/${pidIn(server.run.pidFile)}/status`, 'utf8');
      expect(/^Uid:\s+(\d+)/m.exec(status)?.[1]).not.to.equal('0');
      // It may pass through folders, and nothing else.
      expect(/^CapEff:\s+(\w+)/m.exec(status)?.[1]).to.match(/^0+[24]$/);
    });
});
