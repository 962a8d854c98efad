import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect } from 'chai';
import { issueToken } from '../src/http/issueToken.js';
import { configured, type Configured } from './configured.js';

const program = join(import.meta.dirname, '../src/main.js');

interface Process {
  readonly child: ChildProcess;
  readonly lines: Record<string, unknown>[];
  /** everything that was not JSON */
  readonly words: string[];
  readonly exit: Promise<number | null>;
}

function run(...args: string[]): Process {
  const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const lines: Record<string, unknown>[] = [];
  const words: string[] = [];
  const take = (line: string): void => {
    if (line.startsWith('{')) lines.push(JSON.parse(line) as Record<string, unknown>);
    else words.push(line);
    child.emit('line');
  };
  for (const stream of [child.stdout, child.stderr]) createInterface(stream).on('line', take);
  return { child, lines, words, exit: once(child, 'close').then(([code]: unknown[]) => code as number | null) };
}

async function untilListening({ child, lines }: Process, clubs: number): Promise<void> {
  while (lines.filter(({ message }) => message === 'listening').length < clubs) await once(child, 'line');
}

describe('The process of the API', () => {
  let two: Configured;

  before(async function () {
    this.timeout(60_000);
    two = await configured(['harbour', 'stjulians']);
  });

  after(() => two.remove());

  it('serves every club on its port, and no club the token of another', async () => {
    const api = run(two.path);
    await untilListening(api, 2);
    const [harbour, stjulians] = await Promise.all(
      two.clubs.map(async ({ id, secrets, port }) => ({
        url: `http://127.0.0.1:${port}`,
        token: await issueToken({ folder: secrets, clubId: id, subject: 'staff-1', roles: ['manager'] }),
      })),
    );
    const clubsOf = async (url = '', token = ''): Promise<unknown[]> => {
      const response = await fetch(`${url}/clubs`, { headers: { authorization: `Bearer ${token}` } });
      const { code } = (await response.json()) as { code?: string };
      return [response.status, code];
    };
    expect(await clubsOf(harbour?.url, harbour?.token)).to.deep.equal([200, undefined]);
    expect(await clubsOf(stjulians?.url, stjulians?.token)).to.deep.equal([200, undefined]);
    expect(await clubsOf(harbour?.url, stjulians?.token)).to.deep.equal([401, 'TOKEN_OF_ANOTHER_CLUB']);
    expect(await clubsOf(stjulians?.url, harbour?.token)).to.deep.equal([401, 'TOKEN_OF_ANOTHER_CLUB']);
    api.child.kill('SIGTERM');
    expect(await api.exit).to.equal(0);
    expect(api.words).to.deep.equal([]);
    for (const line of api.lines) expect(line).to.include.all.keys('timestamp', 'level', 'process', 'message');
    expect(JSON.stringify(api.lines)).not.to.contain(harbour?.token);
  });

  it('is started though its peers are away, and says that it is not ready', async () => {
    const api = run(two.path);
    await untilListening(api, 2);
    const url = `http://127.0.0.1:${two.clubs[0]?.port}`;
    expect((await fetch(`${url}/health/started`)).status).to.equal(200);
    const ready = await fetch(`${url}/health/ready`);
    expect(ready.status).to.equal(503);
    const { checks } = (await ready.json()) as { checks: { name: string; ok: boolean }[] };
    expect(checks.find(({ name }) => name === 'read model')).to.have.property('ok', false);
    api.child.kill('SIGINT');
    expect(await api.exit).to.equal(0);
  });

  it('ends with 1, and says why, when a port is taken', async () => {
    const other = createServer().listen(two.clubs[1]?.port, '127.0.0.1');
    await once(other, 'listening');
    const api = run(two.path);
    expect(await api.exit).to.equal(1);
    expect(api.lines.at(-1)).to.include({ level: 'error', message: 'cannot start', errorCode: 'EADDRINUSE' });
    other.close();
  });

  it('ends with 2, and one line for people, when its configuration is wrong', async () => {
    const wrong = `${two.path}.wrong`;
    writeFileSync(wrong, '{"clubs": []}');
    const api = run(wrong);
    expect(await api.exit).to.equal(2);
    expect(api.words).to.deep.equal([`${wrong}: clubs: must name at least one club`]);
  });
});
