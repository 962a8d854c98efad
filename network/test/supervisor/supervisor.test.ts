import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { requireFreePorts } from '../../src/supervisor/ports.js';
import { Supervisor } from '../../src/supervisor/supervisor.js';
import { forever, otherProgram, planOf, Reports, runs, temporaryFolder } from './programs.js';

const endWithSupervisor = new URL('../../src/supervisor/endWithSupervisor.js', import.meta.url).href;

describe('A supervisor', () => {
  const folder = temporaryFolder();

  it('starts all processes, tells where each serves, and ends all', async () => {
    const reports = new Reports();
    const supervisor = new Supervisor(reports.add);
    await supervisor.start(['harbour-peer', 'orchard-peer'].map((name) => planOf(folder.path, forever, { name })));
    const pids = (await supervisor.status()).map(({ pid }) => pid);
    expect(pids.map(runs)).to.deep.equal([true, true]);
    expect(reports.lines).to.have.length(2);
    expect(reports.lines[0]).to.match(/^Peer of Harbour Club: ready on 127\.0\.0\.1:1 \(\d+ ms, pid \d+\)$/);
    await supervisor.stop();
    expect(pids.map(runs)).to.deep.equal([false, false]);
  });

  it('ends what was started last first, and then starts nothing any more', async () => {
    const supervisor = new Supervisor(() => {});
    const code = (name: string): string =>
      `const { appendFileSync, writeFileSync } = require('fs');
       process.on('SIGTERM', () => { appendFileSync('ended', '${name} '); process.exit() });
       writeFileSync('${name}', ''); ${forever}`;
    for (const name of ['peer', 'listener', 'api']) {
      const isReady = () => Promise.resolve(existsSync(join(folder.path, name)));
      await supervisor.start([planOf(folder.path, code(name), { name, isReady })]);
    }
    await supervisor.stop();
    expect(readFileSync(join(folder.path, 'ended'), 'utf8')).to.equal('api listener peer ');
    const refused = await supervisor.start([planOf(folder.path, forever)]).catch(String);
    expect(refused).to.equal('Error: The network was stopped while it started.');
  });

  it('names the port that another program holds, and who needs it', async () => {
    const { server, port } = await otherProgram();
    const refused = await requireFreePorts([planOf(folder.path, forever, { ports: [port] })]).catch(String);
    expect(refused).to.equal(
      `Error: Port ${port} is taken by another program. Peer of Harbour Club needs it (see consortium.yaml).`,
    );
    server.close();
  });

  it('leaves no process when it is killed: a process ends in order when its input ends', async () => {
    const code = `process.on('SIGTERM', () => { console.log('in order'); process.exit(0) }); console.log('runs'); ${forever}`;
    const child = spawn(process.execPath, ['--import', endWithSupervisor, '-e', code], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const ended = once(child, 'exit');
    const words: string[] = [];
    child.stdout.on('data', (data: Buffer) => words.push(data.toString()));
    await once(child.stdout, 'data');
    child.stdin.end();
    expect((await ended)[0]).to.equal(0);
    expect(words.join('')).to.equal('runs\nin order\n');
  });
});
