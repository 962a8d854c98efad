import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { DamagedFileError, RecordFile } from '../../../src/devnet/storage/recordFile.js';

describe('A file of records', () => {
  let folder: string;
  let path: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'records-'));
    path = join(folder, 'file');
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  async function write(...texts: string[]): Promise<void> {
    const file = new RecordFile(path);
    await Promise.all(texts.map((text) => file.append(Buffer.from(text))));
    await file.close();
  }

  async function contents(): Promise<string[]> {
    const file = new RecordFile(path);
    const texts = Array.from({ length: file.count }, (_, index) => file.read(index).toString());
    await file.close();
    return texts;
  }

  it('gives back what was appended, in order, after it is opened again', async () => {
    await write('one', '', 'three');
    await write('four');
    expect(await contents()).to.deep.equal(['one', '', 'three', 'four']);
  });

  it('knows no record beyond its end', async () => {
    await write('one');
    const file = new RecordFile(path);
    expect(() => file.read(1)).to.throw(RangeError);
    await file.close();
  });

  it('loses only the last record when the file is cut anywhere in it, and takes new ones', async () => {
    await write('one', 'two');
    const lengthOfTwo = statSync(path).size;
    await write('three');
    const whole = readFileSync(path);
    for (let length = lengthOfTwo; length < whole.length; length++) {
      writeFileSync(path, whole.subarray(0, length));
      expect(await contents(), `cut at ${length}`).to.deep.equal(['one', 'two']);
      await write('again');
      expect(await contents(), `cut at ${length}`).to.deep.equal(['one', 'two', 'again']);
    }
  });

  it('loses only the last record when any byte of it is wrong', async () => {
    await write('one', 'two');
    const lengthOfTwo = statSync(path).size;
    await write('three');
    const whole = readFileSync(path);
    for (let at = lengthOfTwo; at < whole.length; at++) {
      const damaged = Buffer.from(whole);
      damaged[at] = (damaged[at] ?? 0) ^ 0x55;
      writeFileSync(path, damaged);
      expect(await contents(), `byte ${at}`).to.deep.equal(['one', 'two']);
    }
  });

  it('refuses damage to records that have others behind them, and to its head', async () => {
    await write('one');
    const lengthOfOne = statSync(path).size;
    await write('two', 'three');
    const whole = readFileSync(path);
    for (let at = 0; at < lengthOfOne; at++) {
      const damaged = Buffer.from(whole);
      damaged[at] = (damaged[at] ?? 0) ^ 0x55;
      writeFileSync(path, damaged);
      expect(() => new RecordFile(path), `byte ${at}`).to.throw(DamagedFileError);
      expect(readFileSync(path).equals(damaged), 'the damaged file is left as it is').to.equal(true);
    }
  });

  it('takes zeros behind the last record for an unfinished write', async () => {
    await write('one');
    writeFileSync(path, Buffer.concat([readFileSync(path), Buffer.alloc(10_000)]));
    expect(await contents()).to.deep.equal(['one']);
  });

  it('is not deceived by a torn record whose payload is a file of records itself', async () => {
    await write('one', 'two');
    const other = readFileSync(path);
    rmSync(path);
    await write('one');
    const { size } = statSync(path);
    await write(`${other.toString('latin1')} and more`);
    writeFileSync(path, readFileSync(path).subarray(0, size + 16 + other.length));
    expect(await contents()).to.deep.equal(['one']);
  });

  it('starts anew when it was killed while it was made', async () => {
    await write();
    const head = readFileSync(path);
    for (let length = 0; length < head.length; length++) {
      writeFileSync(path, head.subarray(0, length));
      expect(await contents()).to.deep.equal([]);
    }
  });

  it('throws away what a killed rewrite left', async () => {
    await write('one', 'two');
    writeFileSync(`${path}.unfinished`, 'half a file');
    expect(await contents()).to.deep.equal(['one', 'two']);
    expect(existsSync(`${path}.unfinished`)).to.equal(false);
  });

  it('keeps what it is rewritten with, and appends made meanwhile', async () => {
    await write('one', 'two', 'three');
    const file = new RecordFile(path);
    const appended = file.append(Buffer.from('four'));
    file.rewrite([file.read(0), file.read(3)]);
    await Promise.all([appended, file.append(Buffer.from('five'))]);
    await file.close();
    expect(await contents()).to.deep.equal(['one', 'four', 'five']);
    expect(readFileSync(path).includes('two')).to.equal(false);
  });
});
