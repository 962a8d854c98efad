import { readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { expect } from 'chai';
import { boundLog } from '../../src/supervisor/logFile.js';
import { ManagedProcess, type ProcessPlan } from '../../src/supervisor/managedProcess.js';
import { forever, planOf, Reports, runs, temporaryFolder } from './programs.js';

describe('A managed process', () => {
  const folder = temporaryFolder();
  let reports: Reports;
  let managed: ManagedProcess;

  function manage(code: string, changes: Partial<ProcessPlan> = {}): ManagedProcess {
    reports = new Reports();
    managed = new ManagedProcess(planOf(folder.path, code, changes), reports.add);
    return managed;
  }

  afterEach(() => managed.stop());

  it('runs from start to stop, and nothing is reported of what was asked for', async () => {
    await manage(forever).start();
    const { pid, state } = managed;
    expect([state, runs(pid)]).to.deep.equal(['ready', true]);
    await managed.stop();
    expect([managed.state, managed.pid, runs(pid), reports.lines]).to.deep.equal(['stopped', undefined, false, []]);
  });

  it('is the same process when it is started again while it runs', async () => {
    await manage(forever).start();
    const { pid } = managed;
    await managed.start();
    expect(managed.pid).to.equal(pid);
  });

  it('may be stopped while it is stopped', async () => {
    await manage(forever).stop();
    expect(managed.state).to.equal('stopped');
  });

  it('runs again when it is started while it stops', async () => {
    await manage(forever).start();
    const { pid } = managed;
    await Promise.all([managed.stop(), managed.start()]);
    expect([managed.state, runs(managed.pid), runs(pid)]).to.deep.equal(['ready', true, false]);
    expect(managed.restarts).to.equal(0);
  });

  it('gives up its start when it is stopped meanwhile', async () => {
    const started = failure(manage(forever, { isReady: () => Promise.resolve(false) }).start());
    await managed.stop();
    expect(await started).to.equal('harbour-peer was stopped while it started.');
    expect(managed.pid).to.equal(undefined);
  });

  it('is started again when it is killed, which is told, and that it is back', async () => {
    await manage(forever).start();
    const { pid } = managed;
    process.kill(Number(pid), 'SIGKILL');
    await reports.line(/is back/);
    expect(reports.lines[0]).to.match(/^harbour-peer ended and is started again \(SIGKILL\)\. Log: /);
    expect([managed.state, managed.restarts, managed.lastEnd]).to.deep.equal(['ready', 1, 'SIGKILL']);
    expect(managed.pid).not.to.equal(pid);
  });

  it('fails to start when it ends again and again, and says why it says it ended', async () => {
    const line = JSON.stringify({ level: 'error', message: 'port 7051 is taken' });
    const failed = await failure(
      manage(`console.log(${JSON.stringify(line)}); process.exit(3)`, {
        isReady: () => Promise.resolve(false),
      }).start(),
    );
    expect(failed).to.match(/^harbour-peer ends as soon as it starts \(exit code 3: port 7051 is taken\)\. Log: /);
    expect(reports.lines).to.deep.equal([]);
    expect(managed.state).to.equal('waiting to start again');
  });

  it('tells of a crash loop twice, however long it lasts, and ends it when stopped', async () => {
    await manage("setTimeout(() => process.exit(1), require('fs').existsSync('broken') ? 0 : 1e6)", {
      isReady: () => Promise.resolve(!exists('broken')),
    }).start();
    writeFileSync(`${folder.path}/broken`, '');
    process.kill(Number(managed.pid), 'SIGKILL');
    await reports.line(/keeps ending/);
    while (managed.restarts < 4) await setImmediate();
    expect(reports.lines.map((line) => line.split(' (')[0])).to.deep.equal([
      'harbour-peer ended and is started again',
      'harbour-peer keeps ending and is tried again every 5 s',
    ]);
    await managed.stop();
    expect([managed.state, managed.pid]).to.deep.equal(['stopped', undefined]);
  });

  it('fails to start when there is no such program, or its log cannot be written', async () => {
    expect(await failure(manage('', { command: '/nowhere/node' }).start())).to.include('ENOENT');
    await managed.stop();
    writeFileSync(`${folder.path}/file`, '');
    expect(await failure(manage(forever, { log: `${folder.path}/file/log` }).start())).to.match(/ENOTDIR|EEXIST/);
  });

  it('appends its words to its log', async () => {
    await manage("console.log('first'); console.error('second'); process.exit(0)", {
      isReady: () => Promise.resolve(false),
    })
      .start()
      .catch(() => {});
    expect(readFileSync(managed.plan.log, 'utf8')).to.match(/^first\nsecond\nfirst\nsecond\n/);
  });

  it('keeps its log bounded', () => {
    const log = `${folder.path}/long.log`;
    writeFileSync(log, 'x');
    boundLog(log);
    expect(statSync(log).size).to.equal(1);
    truncateSync(log, 10 * 2 ** 20 + 1);
    boundLog(log);
    expect([statSync(log).size, statSync(`${log}.1`).size]).to.deep.equal([0, 10 * 2 ** 20 + 1]);
  });

  const exists = (name: string): boolean => statSync(`${folder.path}/${name}`, { throwIfNoEntry: false }) !== undefined;
});

async function failure(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  throw new Error('it did not fail');
}
