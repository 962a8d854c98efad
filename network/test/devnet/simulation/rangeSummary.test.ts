import { ledger } from '@hyperledger/fabric-protos';
import { expect } from 'chai';
import { RangeSummary, readMessage } from '../../../src/devnet/simulation/rangeSummary.js';
import { sha256 } from '../../../src/identity/sign.js';

const version = { blockNumber: 3, txIndex: 1 };
const keys = (count: number, from = 0): string[] =>
  Array.from({ length: count }, (_, index) => `key${String(from + index).padStart(5, '0')}`);

function summaryOf(count: number, degree?: number): ReturnType<RangeSummary['finish']> {
  const summary = new RangeSummary(degree);
  for (const key of keys(count)) summary.add(key, version);
  return summary.finish();
}

function hashOfReads(names: readonly string[]): Buffer {
  const message = new ledger.rwset.kvrwset.QueryReads();
  message.setKvReadsList(names.map((name) => readMessage(name, version)));
  return sha256(message.serializeBinary());
}

describe('what a range query saw', () => {
  it('is in the read set as it was up to 50 results', () => {
    const seen = summaryOf(50);
    expect('reads' in seen && seen.reads.map((read) => read.getKey())).to.deep.equal(keys(50));
    expect('reads' in summaryOf(0) && summaryOf(0)).to.deep.equal({ reads: [] });
  });

  it('is a hash of each 51 results from then on, the rest last', () => {
    expect(summaryOf(51)).to.deep.equal({
      summary: { maxDegree: 50, maxLevel: 1, maxLevelHashes: [hashOfReads(keys(51))] },
    });
    expect(summaryOf(110)).to.deep.equal({
      summary: {
        maxDegree: 50,
        maxLevel: 1,
        maxLevelHashes: [hashOfReads(keys(51)), hashOfReads(keys(51, 51)), hashOfReads(keys(8, 102))],
      },
    });
  });

  it('is a hash of 51 such hashes when they are more than 50, and of what is left below', () => {
    const leaves = Array.from({ length: 52 }, (_, index) => hashOfReads(keys(51, 51 * index)));
    expect(summaryOf(51 * 52)).to.deep.equal({
      summary: { maxDegree: 50, maxLevel: 2, maxLevelHashes: [sha256(...leaves.slice(0, 51)), leaves[51]] },
    });
    const rest = hashOfReads(keys(10, 51 * 53));
    const oneMore = hashOfReads(keys(51, 51 * 52));
    expect(summaryOf(51 * 53 + 10)).to.deep.equal({
      summary: {
        maxDegree: 50,
        maxLevel: 2,
        maxLevelHashes: [sha256(...leaves.slice(0, 51)), sha256(...leaves.slice(51), oneMore, rest)],
      },
    });
  });

  it('gets another level when the last one is too full in the end', () => {
    const leaf = (index: number): Buffer => hashOfReads(keys(3, 3 * index));
    const node = (...indexes: number[]): Buffer => sha256(...indexes.map(leaf));
    expect(summaryOf(3 * 6, 2)).to.deep.equal({
      summary: { maxDegree: 2, maxLevel: 2, maxLevelHashes: [node(0, 1, 2), node(3, 4, 5)] },
    });
    expect(summaryOf(3 * 6 + 1, 2)).to.deep.equal({
      summary: {
        maxDegree: 2,
        maxLevel: 3,
        maxLevelHashes: [sha256(node(0, 1, 2), node(3, 4, 5), hashOfReads(keys(1, 18)))],
      },
    });
  });

  it('cannot be summed up in a tree of a degree below 2', () => {
    expect(() => new RangeSummary(1)).to.throw(RangeError);
  });
});
