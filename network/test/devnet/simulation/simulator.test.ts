import { expect } from 'chai';
import type { InProcessNetwork } from '../../../src/devnet/inProcess.js';
import type { EndorserTransaction } from '../../../src/blocks/transaction.js';
import { sha256 } from '../../../src/identity/sign.js';
import { endorsed, look, run, startScripted, type Step } from '../script.js';

const all = ['AMSP', 'BMSP', 'CMSP'];

describe('a simulated transaction', () => {
  let network: InProcessNetwork;

  before(async () => {
    network = await startScripted();
    const many = Array.from({ length: 250 }, (_, index): Step => [
      'putState',
      `row${String(index).padStart(4, '0')}`,
      'x',
    ]);
    expect(await run(network, all, ...many)).to.equal(0);
  });

  const committed = async (...steps: Step[]): Promise<EndorserTransaction> => {
    const position = await network.submit(await endorsed(network, all, ...steps));
    expect(position.code).to.equal(0);
    return network.transaction(position);
  };
  const setOf = async (...steps: Step[]) => {
    const { readWriteSets } = await committed(...steps);
    const set = readWriteSets.find(({ namespace }) => namespace === 'script');
    if (!set) throw new Error('the chaincode has no read-write set');
    return set;
  };
  const refusal = async (...steps: Step[]): Promise<string> =>
    look(network, 'AMSP', steps).then(
      () => 'nothing was refused',
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );

  it("reads the sequence of its chaincode's definition before all else", async () => {
    const { readWriteSets } = await committed(['putState', 'k', 'v']);
    expect(readWriteSets.map(({ namespace, reads }) => ({ namespace, reads }))).to.deep.equal([
      { namespace: '_lifecycle', reads: [{ key: 'namespaces/fields/script/Sequence', version: undefined }] },
      { namespace: 'script', reads: [] },
    ]);
  });

  it('has reads and writes once each, in byte order, with the last value', async () => {
    const set = await setOf(
      ['putState', '\u{1F600}', '1'],
      ['putState', '\uFFFD', '1'],
      ['getState', 'z'],
      ['getState', 'ä'],
      ['getState', 'z'],
      ['putState', '\uFFFD', '2'],
      ['deleteState', 'a'],
    );
    expect(set.reads.map(({ key }) => key)).to.deep.equal(['z', 'ä']);
    expect(set.writes.map(({ key, isDelete, value }) => [key, isDelete, value.toString()])).to.deep.equal([
      ['a', true, ''],
      ['\uFFFD', false, '2'],
      ['\u{1F600}', false, '1'],
    ]);
  });

  it('does not see what it writes', async () => {
    expect(
      await look(network, 'AMSP', [
        ['putState', 'unseen', 'v'],
        ['getState', 'unseen'],
      ]),
    ).to.deep.equal(['', '']);
  });

  it('gives a range in batches that end exactly', async () => {
    for (const [to, count] of [
      ['row0099', 99],
      ['row0100', 100],
      ['row0101', 101],
      ['row0200', 200],
      ['s', 250],
    ] as const)
      expect((await look(network, 'BMSP', [['getStateByRange', 'row', to]]))[0]).to.have.lengthOf(count);
  });

  it('has recorded all results of a range, raw up to 50', async () => {
    const few = await setOf(['getStateByRange', 'row', 'row0050']);
    expect(few.rangeQueries).to.have.lengthOf(1);
    expect(few.rangeQueries[0]).to.deep.include({ startKey: 'row', endKey: 'row0050', exhausted: true });
    expect(few.rangeQueries[0]?.reads).to.have.lengthOf(50);
    const whole = await setOf(['getStateByRange', 'row', 's'], ['getStateByRange', 'row', 's']);
    expect(whole.rangeQueries).to.have.lengthOf(1);
    expect(whole.rangeQueries[0]?.summary?.maxLevelHashes).to.have.lengthOf(5);
  });

  it('has recorded 101 results of which the chaincode looked at one', async () => {
    const { rangeQueries } = await setOf(['firstOfRange', 'row', 's']);
    expect(rangeQueries[0]).to.deep.include({ startKey: 'row', endKey: 'row0100', exhausted: false });
    expect(rangeQueries[0]?.summary?.maxLevelHashes).to.have.lengthOf(2);
  });

  it('pages through a range, and writes nothing then', async () => {
    const [page] = await look(network, 'AMSP', [['getStateByRangeWithPagination', 'row', 's', 100, '']]);
    expect(page).to.deep.include({ metadata: { bookmark: 'row0100', fetchedRecordsCount: 100 } });
    const [lastPage] = await look(network, 'AMSP', [['getStateByRangeWithPagination', 'row', 's', 100, 'row0200']]);
    expect(lastPage).to.have.nested.property('metadata.bookmark', '');
    expect(lastPage).to.have.nested.property('rows.length', 50);
    const pages: Step = ['getStateByRangeWithPagination', 'row', 's', 10, ''];
    expect(await refusal(pages, ['putState', 'k', 'v'])).to.match(
      /PUT_STATE failed: transaction ID: (\w+): txid \[\1\]: unsuppored transaction\. Transaction has already performed a paginated query\. Writes are not allowed$/,
    );
    expect(await refusal(['putState', 'k', 'v'], pages)).to.contain(
      'unsuppored transaction. Paginated queries are supported only in a read-only transaction',
    );
  });

  it('queries private data before all writes or not at all', async () => {
    const query: Step = ['getPrivateDataByRange', 'own_AMSP', '', ''];
    expect(await refusal(query, ['putState', 'k', 'v'])).to.contain(
      'unsuppored transaction. Transaction has already performed queries on pvt data. Writes are not allowed',
    );
    expect(await refusal(['putState', 'k', 'v'], query)).to.contain(
      'unsuppored transaction. Queries on pvt data is supported only in a read-only transaction',
    );
  });

  it('has hashes of what is private, in the order of the keys, and a hash of the values', async () => {
    const position = await network.submit(
      await endorsed(
        network,
        ['AMSP'],
        ['getPrivateDataHash', 'own_AMSP', 'p3'],
        ['putPrivateData', 'own_AMSP', 'p2', 'two'],
        ['putPrivateData', 'own_AMSP', 'p1', 'one'],
        ['deletePrivateData', 'own_AMSP', 'p0'],
        ['purgePrivateData', 'own_AMSP', 'p4'],
      ),
    );
    const [collection] = network.transaction(position).readWriteSets[1]?.collections ?? [];
    const hash = (text: string): Buffer => sha256(Buffer.from(text));
    expect(collection?.reads).to.deep.equal([{ keyHash: hash('p3'), version: undefined }]);
    expect(
      collection?.writes.map(({ keyHash, valueHash, isDelete, isPurge }) => ({
        keyHash,
        valueHash,
        isDelete,
        isPurge,
      })),
    ).to.deep.equal([
      { keyHash: hash('p0'), valueHash: Buffer.alloc(0), isDelete: true, isPurge: false },
      { keyHash: hash('p1'), valueHash: hash('one'), isDelete: false, isPurge: false },
      { keyHash: hash('p2'), valueHash: hash('two'), isDelete: false, isPurge: false },
      { keyHash: hash('p4'), valueHash: Buffer.alloc(0), isDelete: true, isPurge: true },
    ]);
    const [writes] = network.privateWrites('AMSP', position);
    expect(writes?.writes.map(({ key, value }) => [key, value.toString()])).to.deep.equal([
      ['p0', ''],
      ['p1', 'one'],
      ['p2', 'two'],
    ]);
    const stored = network.peer('BMSP').privateData(position.blockNumber);
    expect(stored).to.deep.equal([]);
  });

  it('fails where a collection does not exist or is not for the client', async () => {
    expect(await refusal(['getPrivateData', 'nowhere', 'k'])).to.match(
      /: collection clubs\/script\/nowhere could not be found$/,
    );
    expect(await refusal(['getPrivateDataHash', 'nowhere', 'k'])).to.match(
      /: collection \[nowhere\] not defined in the collection config for chaincode \[script\]$/,
    );
    const asked = look(network, 'AMSP', [['getPrivateData', 'own_AMSP', 'p1']], 'BMSP');
    expect(await asked.catch((error: unknown) => String(error))).to.contain(
      'tx creator does not have read access permission on privatedata in chaincodeName:script collectionName: own_AMSP',
    );
    expect(await look(network, 'AMSP', [['getPrivateDataHash', 'own_AMSP', 'p1']], 'BMSP')).to.deep.equal([
      sha256(Buffer.from('one')).toString('hex'),
    ]);
    expect(await look(network, 'AMSP', [['getPrivateData', 'own_AMSP', 'p1']])).to.deep.equal(['one']);
  });

  it('cannot ask for what LevelDB does not do', async () => {
    expect(await refusal(['getQueryResult', '{}'])).to.contain('ExecuteQuery not supported for leveldb');
  });
});
