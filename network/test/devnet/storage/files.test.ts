import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import type { CollectionWrites, StoredBlock } from '../../../src/devnet/ports.js';
import { FileStorage } from '../../../src/devnet/storage/files.js';
import { FolderInUseError } from '../../../src/devnet/storage/lock.js';
import { blockOf } from './blocks.js';

const KILLS = 12;

function writes(collection: string, rwset: string): CollectionWrites {
  return { namespace: 'clubs', collection, rwset: Buffer.from(rwset) };
}

describe("A peer's files", () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'peer-files-'));
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  async function withStorage<Value>(use: (storage: FileStorage) => Value | Promise<Value>): Promise<Value> {
    const storage = new FileStorage(folder);
    try {
      return await use(storage);
    } finally {
      await storage.close();
    }
  }

  async function storedBlocks(): Promise<StoredBlock[]> {
    return withStorage((storage) => Array.from({ length: storage.height }, (_, number) => storage.read(number)));
  }

  async function append(...blocks: StoredBlock[]): Promise<void> {
    await withStorage(async (storage) => {
      for (const block of blocks) await storage.append(block);
    });
  }

  /** Bytes anywhere below the folder. */
  function onDisk(text: string): boolean {
    return readdirSync(folder).some((name) => readFileSync(join(folder, name)).includes(text));
  }

  it('give back blocks with their private values', async () => {
    await append(blockOf(0), blockOf(1), blockOf(2));
    expect(await storedBlocks()).to.deep.equal([blockOf(0), blockOf(1), blockOf(2)]);
    await append(blockOf(3));
    expect(await storedBlocks()).to.deep.equal([blockOf(0), blockOf(1), blockOf(2), blockOf(3)]);
  });

  it('know no block beyond the height, and take no other than the next', async () => {
    await withStorage(async (storage) => {
      await storage.append(blockOf(0));
      expect(() => storage.read(1)).to.throw(RangeError);
      for (const number of [0, 2]) {
        const error: unknown = await storage.append(blockOf(number)).catch((reason: unknown) => reason);
        expect(error).to.be.instanceOf(Error);
      }
      expect(storage.height).to.equal(1);
    });
  });

  for (const name of ['blocks', 'private'])
    it(`lose only the last block when ${name} is torn anywhere in its last record`, async () => {
      await append(blockOf(0), blockOf(1), blockOf(2));
      const path = join(folder, name);
      const shorter = statSync(path).size;
      await append(blockOf(3));
      const whole = { blocks: readFileSync(join(folder, 'blocks')), private: readFileSync(join(folder, 'private')) };
      for (let length = shorter; length < statSync(path).size; length++) {
        writeFileSync(join(folder, 'blocks'), whole.blocks);
        writeFileSync(join(folder, 'private'), whole.private);
        writeFileSync(path, readFileSync(path).subarray(0, length));
        expect(await storedBlocks(), `cut at ${length}`).to.deep.equal([blockOf(0), blockOf(1), blockOf(2)]);
        await append(blockOf(3));
        expect(await storedBlocks(), `cut at ${length}`).to.have.length(4);
      }
    });

  it('lose no block that was reported when the process is killed at any moment', async () => {
    let height = 0;
    for (let kill = 0; kill < KILLS; kill++) {
      const reported = await killWhileWriting(folder, 1 + 7 * kill);
      const blocks = await storedBlocks();
      expect(blocks.length).to.be.at.least(reported);
      expect(reported).to.be.greaterThan(height);
      for (const [number, block] of blocks.entries()) expect(block).to.deep.equal(blockOf(number));
      height = blocks.length;
      await withStorage((storage) => expect(storage.transient(`tx-${height - 1}`)).to.have.length(1));
    }
  });

  it('have endorsed private values on disk when it is reported, and each of several endorsements', async () => {
    await withStorage((storage) => storage.putTransient('tx-1', 5, [writes('bilateral', 'first')]));
    await withStorage((storage) => storage.putTransient('tx-1', 6, [writes('bilateral', 'second')]));
    await withStorage((storage) => {
      expect(storage.transient('tx-1')).to.deep.equal([writes('bilateral', 'first'), writes('bilateral', 'second')]);
      expect(storage.transient('tx-2')).to.deep.equal([]);
    });
  });

  it('forget endorsed values by transaction and by height', async () => {
    await withStorage(async (storage) => {
      await storage.putTransient('in a block', 8, [writes('own', 'committed')]);
      await storage.putTransient('old', 3, [writes('own', 'old')]);
      await storage.putTransient('new', 8, [writes('own', 'new')]);
      await storage.purgeTransient(['in a block'], 4);
      expect(['in a block', 'old', 'new'].map((txId) => storage.transient(txId).length)).to.deep.equal([0, 0, 1]);
      await storage.purgeTransient(['new'], 4);
      expect(onDisk('committed')).to.equal(false);
    });
  });

  it('do not grow with endorsed values that come and go while one stays', async () => {
    await withStorage(async (storage) => {
      await storage.putTransient('stays', 100, [writes('own', 'stays')]);
      for (let index = 0; index < 60; index++) {
        await storage.putTransient(`tx-${index}`, 100, [writes('own', 'x'.repeat(100_000))]);
        await storage.purgeTransient([`tx-${index}`], 0);
      }
      expect(statSync(join(folder, 'transient')).size).to.be.lessThan(1_300_000);
      expect(storage.transient('stays')).to.deep.equal([writes('own', 'stays')]);
    });
  });

  it('hold nothing of a purged value any more', async () => {
    const secret = { ...blockOf(1), privateData: [{ txIndex: 0, collections: [writes('own', 'to be purged')] }] };
    await append(blockOf(0), secret, blockOf(2));
    await withStorage(async (storage) => {
      await storage.putTransient('committed', 1, [writes('own', 'to be purged')]);
      await storage.putTransient('waiting', 1, [writes('own', 'waiting')]);
      await storage.purgeTransient(['committed'], 0);
      await storage.replacePrivateData(new Map([[1, [{ txIndex: 0, collections: [writes('own', 'the rest')] }]]]));
      expect(onDisk('to be purged')).to.equal(false);
      expect(storage.read(1).privateData).to.deep.equal([{ txIndex: 0, collections: [writes('own', 'the rest')] }]);
      await storage.append(blockOf(3));
    });
    const blocks = await storedBlocks();
    expect(blocks[2]).to.deep.equal(blockOf(2));
    expect(blocks[3]).to.deep.equal(blockOf(3));
  });

  it('are used by one process at a time, and taken over from a killed one', async () => {
    const child = startWriter(folder);
    await once(child, 'message');
    expect(() => new FileStorage(folder)).to.throw(FolderInUseError, `is in use by process ${child.pid}`);
    child.kill('SIGKILL');
    await once(child, 'exit');
    await withStorage((storage) => expect(storage.height).to.be.greaterThan(0));
    await withStorage(() => {
      expect(() => new FileStorage(folder)).to.throw(FolderInUseError);
    });
  });
});

function startWriter(folder: string): ChildProcess {
  return fork(fileURLToPath(new URL('./writer.js', import.meta.url)), [folder], { serialization: 'advanced' });
}

/** Kills a writing process after so many reported blocks; returns the height it reported last. */
async function killWhileWriting(folder: string, blocks: number): Promise<number> {
  const child = startWriter(folder);
  let messages = 0;
  let reported = 0;
  child.on('message', (height: number) => {
    reported = height;
    if (++messages === blocks) child.kill('SIGKILL');
  });
  await once(child, 'exit');
  return reported;
}
