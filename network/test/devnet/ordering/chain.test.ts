import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { takeBatch } from '../../../src/devnet/ordering/batch.js';
import { OrderingChain } from '../../../src/devnet/ordering/chain.js';
import { RecordFile } from '../../../src/devnet/storage/recordFile.js';

const BATCH_SIZE = { maxMessages: 4, absoluteMaxBytes: 1_000, preferredMaxBytes: 100 };

describe('A batch', () => {
  const batches: [string, number[], number][] = [
    ['is all that wait', [10, 10, 10], 3],
    ['has no more than the limit', [1, 1, 1, 1, 1], 4],
    ['stays within the preferred size', [60, 40, 1], 2],
    ['ends before one that is too large', [60, 500, 1], 1],
    ['is one alone that is larger', [500, 1], 1],
  ];
  for (const [what, sizes, count] of batches) it(what, () => expect(takeBatch(sizes, BATCH_SIZE)).to.equal(count));
});

describe('The chain of an ordering node', () => {
  let folder: string;
  let file: RecordFile;
  let failures: unknown[];
  let isBroken: boolean;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'chain-'));
    file = new RecordFile(join(folder, 'blocks'));
    await file.append(Buffer.from('genesis'));
    failures = [];
    isBroken = false;
  });

  afterEach(async () => {
    await file.close();
    rmSync(folder, { recursive: true });
  });

  /** A block's bytes are its envelopes' texts. */
  function chain(): OrderingChain {
    return new OrderingChain({
      file,
      batchSize: BATCH_SIZE,
      nextBlock: (envelopes) => {
        if (isBroken) throw new Error('disk full');
        return Buffer.from(envelopes.join(' '));
      },
      onFailure: (error) => failures.push(error),
    });
  }

  function blocks(ordering: OrderingChain): string[] {
    return Array.from({ length: ordering.height }, (_, number) => ordering.block(number).toString());
  }

  it('puts a lone envelope into a block at once, and shows it when it is on disk', async () => {
    const ordering = chain();
    let seen = 0;
    ordering.onBlock(() => {
      seen = ordering.height;
    });
    await ordering.order(Buffer.from('one'));
    expect(seen).to.equal(2);
    const again = new RecordFile(join(folder, 'blocks'));
    expect(again.read(1).toString()).to.equal('one');
    await again.close();
  });

  it('puts what comes together into blocks of the allowed size, in the order it came', async () => {
    const ordering = chain();
    await Promise.all(['a', 'b', 'c', 'd', 'e', 'f'].map((text) => ordering.order(Buffer.from(text))));
    expect(blocks(ordering)).to.deep.equal(['genesis', 'a b c d', 'e f']);
  });

  it('orders the same envelope again', async () => {
    const ordering = chain();
    await ordering.order(Buffer.from('twice'));
    await ordering.order(Buffer.from('twice'));
    expect(blocks(ordering)).to.deep.equal(['genesis', 'twice', 'twice']);
  });

  it('fails all that wait when a block cannot be written, and says so once', async () => {
    const ordering = chain();
    isBroken = true;
    const results = await Promise.allSettled(['a', 'b'].map((text) => ordering.order(Buffer.from(text))));
    expect(results.map((result) => result.status)).to.deep.equal(['rejected', 'rejected']);
    expect(failures).to.have.length(1);
    expect(blocks(ordering)).to.deep.equal(['genesis']);
  });

  it('stops telling who does not listen any more', async () => {
    const ordering = chain();
    let told = 0;
    const stopListening = ordering.onBlock(() => told++);
    await ordering.order(Buffer.from('one'));
    stopListening();
    await ordering.order(Buffer.from('two'));
    expect(told).to.equal(1);
  });
});
