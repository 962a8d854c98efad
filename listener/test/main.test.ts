import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect } from 'chai';
import { natsForTests, type NatsForTests } from '@reciprocal-clubs/network/test/services/natsForTests.js';
import { configured, type Configured } from './configured.js';
import { until } from './listening.js';
import { World } from './world.js';

const program = join(import.meta.dirname, '..', 'src', 'main.js');

describe('the process of the listener', function () {
  this.timeout(60_000);
  let nats: NatsForTests;
  let around: Configured;

  before(async () => {
    nats = await natsForTests(['harbour']);
    around = await configured(await World.start(), nats, ['harbour']);
  });

  after(async () => {
    await around.dispose();
    await nats.dispose();
  });

  const start = (args: readonly string[]) => {
    const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    const lines: string[] = [];
    for (const stream of [child.stdout, child.stderr]) createInterface(stream).on('line', (line) => lines.push(line));
    return { child, lines, ended: once(child, 'close') };
  };

  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    it(`ends with 0 on ${signal}`, async () => {
      const { child, lines, ended } = start([around.path]);
      const health = `http://127.0.0.1:${around.configuration.port}/health/ready`;
      await until(() =>
        fetch(health).then(
          ({ status }) => status === 200,
          () => false,
        ),
      );
      child.kill(signal);
      expect(await ended).to.deep.equal([0, null]);
      const logged = lines.map((line) => JSON.parse(line) as { process: string; message: string; level: string });
      expect(logged.map(({ message }) => message)).to.include.members(['listening', 'stopping']);
      expect(logged.every((entry) => entry.process === 'listener' && entry.level === 'info')).to.equal(true);
    });
  }

  it('ends with 2 and one line on a wrong configuration', async () => {
    const { lines, ended } = start([around.path, '--port', '99999']);
    expect(await ended).to.deep.equal([2, null]);
    expect(lines).to.deep.equal([`${around.path}: port: must be a port from 1 to 65535: value was 99999`]);
  });

  it('ends with 1 when its port is taken', async () => {
    const { lines, ended } = start([around.path, '--port', String(nats.port)]);
    expect(await ended).to.deep.equal([1, null]);
    expect(lines).to.have.length(1);
    expect(JSON.parse(lines[0] ?? '')).to.include({ level: 'error', message: 'cannot start', errorCode: 'EADDRINUSE' });
  });
});
