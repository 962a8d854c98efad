import { join } from 'node:path';
import { symlinkSync } from 'node:fs';
import { expect } from 'chai';
import { findPostgres } from '../../src/services/findPostgres.js';
import { temporaryFolder } from '../supervisor/programs.js';
import { fakeProgram } from './fakeProgram.js';

describe('Finding Postgres', () => {
  const folder = temporaryFolder();

  function fakePostgres(name: string, version: string): string {
    const bin = join(folder.path, name);
    fakeProgram(join(bin, 'postgres'), `echo "postgres (PostgreSQL) ${version}"`);
    fakeProgram(join(bin, 'initdb'), 'exit 1');
    return bin;
  }

  async function find(env: Record<string, string>): Promise<{ folder: string; version: string; said: string[] }> {
    const said: string[] = [];
    const { postgres, version } = await findPostgres(env, (line) => said.push(line));
    return { folder: join(postgres, '..'), version, said };
  }

  it('takes the one in PG_BIN before those in PATH', async () => {
    const [named, inPath] = [fakePostgres('named', '16.3'), fakePostgres('path', '17.0')];
    expect(await find({ PG_BIN: named, PATH: inPath })).to.deep.equal({ folder: named, version: '16.3', said: [] });
    expect(await find({ PATH: inPath })).to.deep.equal({ folder: inPath, version: '17.0', said: [] });
  });

  it('passes over one that is too old, and says so, for a later one in PATH', async () => {
    const [old, good] = [fakePostgres('old', '15.18 (Debian 15.18-0+deb12u1)'), fakePostgres('good', '18beta1')];
    const found = await find({ PG_BIN: old, PATH: `${old}:${join(folder.path, 'none')}:${good}` });
    expect(found.folder).to.equal(good);
    expect(found.said).to.deep.equal([`PostgreSQL 15.18 in ${old} is passed over: 16 or newer is needed.`]);
  });

  it('passes over one without initdb, and what does not run', async () => {
    const good = fakePostgres('good', '17.1');
    const lonely = join(folder.path, 'lonely');
    fakeProgram(join(lonely, 'postgres'), 'echo "postgres (PostgreSQL) 17.1"');
    const broken = join(folder.path, 'broken');
    fakeProgram(join(broken, 'postgres'), 'echo "postgres (PostgreSQL) 17.1"; exit 1');
    const found = await find({ PATH: `${lonely}:${broken}:${good}` });
    expect(found.folder).to.equal(good);
    expect(found.said).to.deep.equal([`PostgreSQL 17.1 in ${lonely} is passed over: no initdb.`]);
  });

  it('follows a link to where the programs lie', async () => {
    const good = fakePostgres('good', '16.0');
    const links = join(folder.path, 'links');
    fakeProgram(join(links, 'other'), '');
    symlinkSync(join(good, 'postgres'), join(links, 'postgres'));
    expect((await find({ PATH: links })).folder).to.equal(good);
  });

  it('takes the one that came with the packages when the machine has none', async () => {
    expect((await find({ PATH: folder.path })).version).to.match(/^18\./);
  });
});
