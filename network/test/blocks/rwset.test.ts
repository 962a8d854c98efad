import { ledger } from '@hyperledger/fabric-protos';
import { expect } from 'chai';
import { parseReadWriteSets, type NamespaceReadWriteSet } from '../../src/blocks/rwset.js';
import { sha256 } from '../../src/identity/sign.js';
import { readWriteSet } from './readWriteSet.js';

const { kvrwset } = ledger.rwset;
const bytes = (text: string): Buffer => Buffer.from(text);

function version(blockNumber: number, txIndex: number): ledger.rwset.kvrwset.Version {
  const one = new kvrwset.Version();
  one.setBlockNum(blockNumber);
  one.setTxNum(txIndex);
  return one;
}

function read(key: string, at?: ledger.rwset.kvrwset.Version): ledger.rwset.kvrwset.KVRead {
  const one = new kvrwset.KVRead();
  one.setKey(key);
  one.setVersion(at);
  return one;
}

function write(key: string, value: string, isDelete = false): ledger.rwset.kvrwset.KVWrite {
  const one = new kvrwset.KVWrite();
  one.setKey(key);
  one.setValue(bytes(value));
  one.setIsDelete(isDelete);
  return one;
}

function parsePublic(change: (set: ledger.rwset.kvrwset.KVRWSet) => void): NamespaceReadWriteSet {
  const set = new kvrwset.KVRWSet();
  change(set);
  const [parsed] = parseReadWriteSets(readWriteSet([{ namespace: 'basic', rwset: set.serializeBinary() }]));
  if (!parsed) throw new Error('no namespace');
  return parsed;
}

describe('A read-write set', () => {
  it('tells a key that was read at block 0, transaction 0 from one that was absent', () => {
    const { reads } = parsePublic((set) =>
      set.setReadsList([read('a', version(0, 0)), read('b'), read('é\u0000', version(7, 3))]),
    );
    expect(reads).to.deep.equal([
      { key: 'a', version: { blockNumber: 0, txIndex: 0 } },
      { key: 'b', version: undefined },
      { key: 'é\u0000', version: { blockNumber: 7, txIndex: 3 } },
    ]);
  });

  it('has writes, and deletes however they are marked', () => {
    const { writes } = parsePublic((set) => set.setWritesList([write('a', '1'), write('b', '', true), write('c', '')]));
    expect(writes.map(({ key, isDelete, value }) => `${key} ${isDelete} ${value.toString()}`)).to.deep.equal([
      'a false 1',
      'b true ',
      'c true ',
    ]);
  });

  it('has range queries with their reads or with a summary', () => {
    const { rangeQueries } = parsePublic((set) => {
      const raw = new kvrwset.RangeQueryInfo();
      raw.setStartKey('a');
      raw.setEndKey('z');
      raw.setItrExhausted(true);
      const reads = new kvrwset.QueryReads();
      reads.setKvReadsList([read('b', version(1, 2))]);
      raw.setRawReads(reads);
      const summarised = new kvrwset.RangeQueryInfo();
      const summary = new kvrwset.QueryReadsMerkleSummary();
      summary.setMaxDegree(50);
      summary.setMaxLevel(1);
      summary.setMaxLevelHashesList([bytes('h1'), bytes('h2')]);
      summarised.setReadsMerkleHashes(summary);
      set.setRangeQueriesInfoList([raw, summarised]);
    });
    expect(rangeQueries).to.deep.equal([
      {
        startKey: 'a',
        endKey: 'z',
        exhausted: true,
        reads: [{ key: 'b', version: { blockNumber: 1, txIndex: 2 } }],
        summary: undefined,
      },
      {
        startKey: '',
        endKey: '',
        exhausted: false,
        reads: undefined,
        summary: { maxDegree: 50, maxLevel: 1, maxLevelHashes: [bytes('h1'), bytes('h2')] },
      },
    ]);
  });

  it('has metadata writes, without entries when the metadata is deleted', () => {
    const { metadataWrites } = parsePublic((set) => {
      const entry = new kvrwset.KVMetadataEntry();
      entry.setName('VALIDATION_PARAMETER');
      entry.setValue(bytes('policy'));
      const [given, deleted] = [new kvrwset.KVMetadataWrite(), new kvrwset.KVMetadataWrite()];
      given.setKey('a');
      given.setEntriesList([entry]);
      deleted.setKey('b');
      set.setMetadataWritesList([given, deleted]);
    });
    expect(metadataWrites).to.deep.equal([
      { key: 'a', entries: [{ name: 'VALIDATION_PARAMETER', value: bytes('policy') }] },
      { key: 'b', entries: [] },
    ]);
  });

  it('has of private data the hashes only, with deletes and purges', () => {
    const hashed = new kvrwset.HashedRWSet();
    const one = new kvrwset.KVReadHash();
    one.setKeyHash(sha256(bytes('k')));
    one.setVersion(version(3, 1));
    hashed.setHashedReadsList([one]);
    const writeHash = (value: Buffer, purge = false): ledger.rwset.kvrwset.KVWriteHash => {
      const written = new kvrwset.KVWriteHash();
      written.setKeyHash(sha256(bytes('k')));
      written.setValueHash(value);
      written.setIsPurge(purge);
      return written;
    };
    hashed.setHashedWritesList([writeHash(sha256(bytes('v'))), writeHash(Buffer.alloc(0), true), writeHash(sha256())]);
    const collection = { name: 'own_AMSP', hashed: hashed.serializeBinary(), pvtHash: sha256(bytes('rwset')) };
    const [set] = parseReadWriteSets(readWriteSet([{ namespace: 'basic', collections: [collection] }]));
    const [found] = set?.collections ?? [];
    expect(found?.collection).to.equal('own_AMSP');
    expect(found?.reads).to.deep.equal([{ keyHash: sha256(bytes('k')), version: { blockNumber: 3, txIndex: 1 } }]);
    expect(found?.writes.map(({ isDelete, isPurge }) => [isDelete, isPurge])).to.deep.equal([
      [false, false],
      [true, true],
      [true, false],
    ]);
    expect(found?.pvtRwsetHash.equals(sha256(bytes('rwset')))).to.equal(true);
  });
});
