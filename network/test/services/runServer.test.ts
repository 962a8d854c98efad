import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { pidIn, runsMarked, takeDownLeftover } from '../../src/services/serverRun.js';
import type { PostgresServer } from '../../src/services/postgresServer.js';
import type { ManagedProcess } from '../../src/supervisor/managedProcess.js';
import { Reports, forever, runs } from '../supervisor/programs.js';
import { ask, servedPostgres } from './servedPostgres.js';

describe('The runner of a server', () => {
  let folder: string;
  let reports: Reports;
  let server: PostgresServer;
  let postgres: ManagedProcess;
  let other: ChildProcess | undefined;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'clubs-runner-'));
  });

  beforeEach(async () => {
    reports = new Reports();
    ({ server, process: postgres } = await servedPostgres(folder, reports.add));
  });

  afterEach(async () => {
    await postgres.stop();
    other?.kill('SIGKILL');
    expect(serves(serverPid())).to.equal(false);
  });

  after(() => rmSync(folder, { recursive: true, maxRetries: 5 }));

  // Nobody may be there to bury an orphan: it keeps its id.
  const serves = (pid: number): boolean => runsMarked(pid, server.run.mark);
  let lastPid = 0;
  const serverPid = (): number => (lastPid = pidIn(server.run.pidFile) ?? lastPid);

  it('takes down the server of one that was killed, and starts another', async () => {
    await postgres.start();
    await ask(server, 'CREATE TABLE kept ()');
    const old = serverPid();
    process.kill(Number(postgres.pid), 'SIGKILL');
    await reports.line(/is back/);
    expect(serves(old)).to.equal(false);
    expect(serverPid()).not.to.equal(old);
    expect(await ask(server, "SELECT to_regclass('kept')::text")).to.equal('kept');
  });

  it('ends with its server, says how that ended, and starts it again over what it left', async () => {
    await postgres.start();
    await ask(server, 'CREATE TABLE kept_too ()');
    process.kill(serverPid(), 'SIGKILL');
    await reports.line(/is back/);
    expect(postgres.lastEnd).to.equal('exit code 1: the server ended (SIGKILL)');
    expect(await ask(server, "SELECT to_regclass('kept_too')::text")).to.equal('kept_too');
  });

  it('ends its server in order when it is told to', async () => {
    await postgres.start();
    const pid = serverPid();
    await postgres.stop();
    expect(serves(pid)).to.equal(false);
    expect(readFileSync(postgres.plan.log, 'utf8')).to.include('fast shutdown').and.include('shut down');
  });

  it('ends its server when its supervisor is gone', async () => {
    const { command, args } = postgres.plan;
    const runner = spawn(command, args, { stdio: ['pipe', 'ignore', 'ignore'] });
    const ended = once(runner, 'exit');
    while (!(await postgres.plan.isReady(Number(runner.pid)))) await delay(10);
    const pid = serverPid();
    runner.stdin.end();
    await ended;
    expect(serves(pid)).to.equal(false);
  });

  it('takes no other program for its server, whatever the id in the file', async () => {
    other = spawn(process.execPath, ['-e', forever], { stdio: 'ignore' });
    writeFileSync(server.run.pidFile, `${other.pid}\n`);
    await takeDownLeftover(server.run);
    await postgres.start();
    expect(runs(other.pid)).to.equal(true);
    expect(serverPid()).not.to.equal(other.pid);
  });

  it('ends a server that does not end when it is asked to', async () => {
    const mark = join(folder, 'deaf');
    const deaf = "for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => {}); console.log('runs')";
    other = spawn(process.execPath, ['-e', `${deaf}; ${forever}`, mark], { stdio: ['ignore', 'pipe', 'ignore'] });
    if (other.stdout) await once(other.stdout, 'data');
    const pidFile = join(folder, 'deaf.pid');
    writeFileSync(pidFile, String(other.pid));
    const ended = once(other, 'exit');
    await takeDownLeftover({ ...server.run, pidFile, mark, stopSignals: ['SIGINT'] });
    expect((await ended)[1]).to.equal('SIGKILL');
  });
});
