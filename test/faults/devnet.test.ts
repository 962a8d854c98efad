import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { askControl, type ProcessStatus } from '@reciprocal-clubs/network/supervisor/control.js';
import { expect } from 'chai';
import { disposableNetwork } from './disposableNetwork.js';

const portShift = 5_000;
const patienceMs = 60_000;

describe('Devnet as processes', function () {
  this.timeout(patienceMs);

  it('starts, stops and starts a peer by command, and leaves no process', async () => {
    const said: string[] = [];
    const network = await disposableNetwork(portShift, (line) => said.push(line));
    const data = dirname(network.profile);
    const seen = new Set<number>();
    const look = (processes: readonly ProcessStatus[]): string[] => {
      for (const { pid } of processes) if (pid !== undefined) seen.add(pid);
      return processes.map(({ name, state }) => `${name} ${state}`);
    };
    try {
      expect(look(await network.status())).to.deep.equal([
        'ordering ready',
        ...['harbour', 'stjulians', 'orchard'].map((club) => `${club}-chaincode ready`),
        ...['harbour', 'stjulians', 'orchard'].map((club) => `${club}-peer ready`),
      ]);
      expect(said.filter((line) => line.includes(': ready on '))).to.have.length(7);
      for (const [command, state] of [
        ['stop', 'stopped'],
        ['start', 'ready'],
      ] as const) {
        const answer = await askControl(data, { command, process: 'orchard-peer' });
        expect(answer.ok && look(answer.processes)).to.deep.equal([`orchard-peer ${state}`]);
      }
    } finally {
      await network.dispose();
    }
    expect(seen.size).to.equal(8);
    expect([...seen].filter(runs)).to.deep.equal([]);
    expect(existsSync(data)).to.equal(false);
  });

  it('starts nothing and gives the folder back when it is told to stop while it starts', async () => {
    const told = new AbortController();
    const said: string[] = [];
    const started = disposableNetwork(
      portShift,
      (line) => {
        said.push(line);
        if (line.startsWith('Ordering: ready')) told.abort();
      },
      { signal: told.signal },
    );
    const refused = await started.then(() => 'it started', String);
    expect(refused).to.match(/was stopped while it started/);
    const pids = said.flatMap((line) => /pid (\d+)/.exec(line)?.[1] ?? []).map(Number);
    expect(pids).not.to.be.empty;
    expect(pids.filter(runs)).to.deep.equal([]);
  });
});

function runs(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
