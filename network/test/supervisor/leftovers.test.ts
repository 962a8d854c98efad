import { once } from 'node:events';
import { spawn } from 'node:child_process';
import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { pidIn, runsMarked } from '../../src/services/serverRun.js';
import { takeDownServers } from '../../src/supervisor/leftovers.js';
import { setTimeout as delay } from 'node:timers/promises';
import { servedPostgres } from '../services/servedPostgres.js';
import { temporaryFolder } from './programs.js';

describe('What a killed run left', () => {
  const folder = temporaryFolder();

  it('is ended, servers whose runners were killed too, and once only', async () => {
    const { server, process: postgres } = await servedPostgres(folder.path);
    mkdirSync(join(folder.path, 'configuration'));
    copyFileSync(join(folder.path, 'postgres.json'), join(folder.path, 'configuration', 'postgres.json'));
    const { command, args } = postgres.plan;
    const runner = spawn(command, args, { stdio: ['pipe', 'ignore', 'ignore'] });
    while (!(await postgres.plan.isReady(Number(runner.pid)))) await delay(10);
    const pid = Number(pidIn(server.run.pidFile));
    runner.kill('SIGKILL');
    await once(runner, 'exit');
    expect(runsMarked(pid, server.run.mark)).to.equal(true);
    await takeDownServers(folder.path);
    expect(runsMarked(pid, server.run.mark)).to.equal(false);
    await takeDownServers(folder.path);
  });

  it('may be nothing', () => takeDownServers(folder.path));
});
