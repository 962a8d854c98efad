import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { loadConsortium } from '../../src/consortium.js';
import { DataFolder, inShell } from '../../src/supervisor/dataFolder.js';
import { startDevnet } from '../../src/supervisor/devnet.js';
import { writeProfile } from '../../src/supervisor/profile.js';
import { temporaryFolder } from './programs.js';

const consortium = loadConsortium(fileURLToPath(new URL('../../../consortium.yaml', import.meta.url)));

describe('The data folder', () => {
  const folder = temporaryFolder();
  const data = (name = `it's a "folder"`): DataFolder => new DataFolder(join(folder.path, name), consortium);

  it("is made once and its owner's alone", async () => {
    await data().prepare(new Date());
    const genesis = readFileSync(data().genesisBlock);
    await data().prepare(new Date());
    expect(readFileSync(data().genesisBlock).equals(genesis)).to.equal(true);
    expect(statSync(data().path).mode & 0o077).to.equal(0);
  });

  it('of another consortium is refused, with the words that wipe it', async () => {
    await data().prepare(new Date());
    const other = new DataFolder(data().path, { ...consortium, channel: 'others' });
    const refused = await other.prepare(new Date()).catch(String);
    expect(refused).to.include(`npm run reset -- --data ${inShell(data().path)}`);
  });

  it('is never one that holds other files', async () => {
    writeFileSync(join(folder.path, 'letter.txt'), 'mine');
    const refused = await new DataFolder(folder.path, consortium).prepare(new Date()).catch(String);
    expect(refused).to.include('holds other files');
    expect(readdirSync(folder.path)).to.deep.equal(['letter.txt']);
  });

  it('that cannot be written is told in one line', async () => {
    const file = join(folder.path, 'file');
    writeFileSync(file, '');
    const refused = await startDevnet({ data: join(file, 'data'), consortium: undefined, say: () => {} }).catch(String);
    expect(refused).to.match(/^Error: The data folder .*file\/data cannot be used: ENOTDIR.*$/);
  });

  it('gives commands that a shell takes as they are meant, whatever the folder is called', async () => {
    await data().prepare(new Date());
    writeProfile(data(), consortium, 'clubs', ['printf', '%s\n', data().path]);
    const { clubs } = JSON.parse(readFileSync(data().profile, 'utf8')) as { clubs: { stopPeer: string }[] };
    const words = execFileSync('sh', ['-c', clubs[0]?.stopPeer ?? ''], { encoding: 'utf8' });
    expect(words).to.equal(`${data().path}\nstop\nharbour-peer\n`);
    expect(existsSync(data().profile)).to.equal(true);
  });
});
