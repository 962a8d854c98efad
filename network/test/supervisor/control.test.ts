import { once } from 'node:events';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createConnection, createServer } from 'node:net';
import { join } from 'node:path';
import { expect } from 'chai';
import { askControl, controlSocket, serveControl } from '../../src/supervisor/control.js';
import { Supervisor } from '../../src/supervisor/supervisor.js';
import { forever, planOf, temporaryFolder } from './programs.js';

describe('The control socket', () => {
  const folder = temporaryFolder();

  async function withNetwork(data: string, use: () => Promise<void>): Promise<void> {
    const supervisor = new Supervisor(() => {});
    await supervisor.start([planOf(folder.path, forever)]);
    const server = await serveControl(data, async ({ command, process: name }) => {
      if (command === 'stop') await supervisor.named(name).stop();
      if (command === 'start') await supervisor.named(name).start();
      return supervisor.status(name);
    });
    try {
      await use();
    } finally {
      server.end();
      await supervisor.stop();
    }
  }

  it('stops and starts a process and says how it is', () =>
    withNetwork(folder.path, async () => {
      const stopped = await askControl(folder.path, { command: 'stop', process: 'harbour-peer' });
      expect(stopped.ok && stopped.processes[0]?.state).to.equal('stopped');
      const answer = await askControl(folder.path, { command: 'start', process: 'harbour-peer' });
      if (!answer.ok) throw new Error(answer.error);
      const [status] = answer.processes;
      expect(status).to.include({
        name: 'harbour-peer',
        state: 'ready',
        address: '127.0.0.1:1',
        restarts: 0,
        height: 7,
      });
      expect(status?.memoryBytes).to.be.greaterThan(1e6);
    }));

  it('answers what it cannot do with the names there are', () =>
    withNetwork(folder.path, async () => {
      expect(await askControl(folder.path, { command: 'status', process: 'nobody' })).to.deep.equal({
        ok: false,
        error: 'There is no nobody. There are: harbour-peer',
      });
      expect(await askControl(folder.path, { command: 'start' })).to.deep.equal({
        ok: false,
        error: 'Which process? There are: harbour-peer',
      });
    }));

  it('refuses words that are no request', () =>
    withNetwork(folder.path, async () => {
      for (const line of ['null', '{"command":"toString"}', 'x']) {
        const socket = createConnection(controlSocket(folder.path));
        socket.write(`${line}\n`);
        const [answer]: unknown[] = await once(socket, 'data');
        expect(JSON.parse(String(answer))).to.include({ ok: false });
      }
    }));

  it('works in a folder whose path is longer than a socket address', async () => {
    const data = join(folder.path, 'a very long name, with \' and " '.repeat(4), 'x'.repeat(200));
    mkdirSync(data, { recursive: true });
    await withNetwork(data, async () => {
      expect(await askControl(data, { command: 'status' })).to.include({ ok: true });
      expect(existsSync(controlSocket(data))).to.equal(true);
    });
    expect(existsSync(controlSocket(data))).to.equal(false);
  });

  it('takes the place of one that a killed run left', async () => {
    writeFileSync(controlSocket(folder.path), '');
    await withNetwork(folder.path, async () => {
      expect(await askControl(folder.path, { command: 'status' })).to.include({ ok: true });
    });
  });

  it('says in one line that no network runs', async () => {
    const refused = await askControl(folder.path, { command: 'status' }).catch((error: unknown) => String(error));
    expect(refused).to.equal(`Error: No network runs on ${folder.path}. Start one with: npm start`);
  });

  it('says so when the network ends instead of answering', async () => {
    const server = createServer((socket) => socket.destroy()).listen(controlSocket(folder.path));
    await once(server, 'listening');
    const refused = await askControl(folder.path, { command: 'status' }).catch((error: unknown) => String(error));
    expect(refused).to.match(/The network ended before it answered|No network runs/);
    server.close();
  });
});
