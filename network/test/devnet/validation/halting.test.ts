import { ledger, peer } from '@hyperledger/fabric-protos';
import { expect } from 'chai';
import type { InProcessNetwork } from '../../../src/devnet/inProcess.js';
import { allOf, codesTogether, endorsed, run, startScripted, type Step } from '../script.js';

const { kvrwset } = ledger.rwset;
const { VALID, INVALID_ENDORSER_TRANSACTION, DUPLICATE_TXID, PHANTOM_READ_CONFLICT, INVALID_WRITESET } =
  peer.TxValidationCode;
const all = ['AMSP', 'BMSP', 'CMSP'];
const write: Step = ['putPrivateData', 'own_AMSP', 'own', 'v'];
const createWithPolicy: Step[] = [
  ['getState', 'of A'],
  ['putState', 'of A', '1'],
  ['setStateValidationParameter', 'of A', allOf('AMSP')],
];

/** Each of these stopped Fabric 3.1.5's own validator or ledger when it was given the same blocks. */
describe('a transaction that stops real peers', () => {
  let network: InProcessNetwork;

  beforeEach(async () => {
    network = await startScripted();
    expect(await run(network, all, ['putState', 'row', '1'])).to.equal(VALID);
  });

  /** A's own write, endorsed by A, with a range query that A's peer made up. */
  async function withRange(query: ledger.rwset.kvrwset.RangeQueryInfo): Promise<Buffer> {
    query.setStartKey('row');
    query.setEndKey('rox');
    query.setItrExhausted(true);
    const proposal = network.propose({ by: network.signer('AMSP'), args: ['run', JSON.stringify([write])] });
    const [answer] = await network.endorse(proposal, ['AMSP']);
    const payload = peer.ProposalResponsePayload.deserializeBinary(
      answer?.response.getPayload_asU8() ?? new Uint8Array(),
    );
    const action = peer.ChaincodeAction.deserializeBinary(payload.getExtension_asU8());
    const results = ledger.rwset.TxReadWriteSet.deserializeBinary(action.getResults_asU8());
    for (const namespace of results.getNsRwsetList().filter((one) => one.getNamespace() === 'script')) {
      const set = kvrwset.KVRWSet.deserializeBinary(namespace.getRwset_asU8());
      set.addRangeQueriesInfo(query);
      namespace.setRwset(set.serializeBinary());
    }
    action.setResults(results.serializeBinary());
    payload.setExtension$(action.serializeBinary());
    const altered = Buffer.from(payload.serializeBinary());
    return network.assembleAnything(proposal, altered, [network.endorseAs('AMSP', altered)]);
  }

  it('by a range query with a result that has no version is refused', async () => {
    const reads = new kvrwset.QueryReads();
    const read = new kvrwset.KVRead();
    read.setKey('row');
    reads.addKvReads(read);
    const query = new kvrwset.RangeQueryInfo();
    query.setRawReads(reads);
    expect(await codesTogether(network, await withRange(query))).to.deep.equal([INVALID_WRITESET]);
    const other = new kvrwset.KVRead();
    other.setKey('other');
    reads.setKvReadsList([other]);
    expect(await codesTogether(network, await withRange(query))).to.deep.equal([PHANTOM_READ_CONFLICT]);
  });

  it('by a summary that no tree can have is refused', async () => {
    const summary = new kvrwset.QueryReadsMerkleSummary();
    summary.setMaxDegree(1);
    const query = new kvrwset.RangeQueryInfo();
    query.setReadsMerkleHashes(summary);
    expect(await codesTogether(network, await withRange(query))).to.deep.equal([INVALID_WRITESET]);
  });

  it('being sent again with its key policy, before a writer of the key, is just a duplicate', async () => {
    const create = await endorsed(network, all, ...createWithPolicy);
    expect(await codesTogether(network, create)).to.deep.equal([VALID]);
    const writer = await endorsed(network, ['AMSP'], ['putState', 'of A', '2']);
    expect(await codesTogether(network, create, writer)).to.deep.equal([DUPLICATE_TXID, VALID]);
  });

  it('being malformed with a key policy, before a writer of the key, is just malformed', async () => {
    const create = network.propose({ by: network.signer('AMSP'), args: ['run', JSON.stringify(createWithPolicy)] });
    const answers = await network.endorse(create, all);
    const other = network.propose({ by: network.signer('AMSP'), args: ['run', '[]'] });
    const mismatched = network.assembleAnything(
      other,
      Buffer.from(answers[0]?.response.getPayload_asU8() ?? []),
      answers.flatMap(({ response }) => response.getEndorsement() ?? []),
    );
    const writer = await endorsed(network, all, ['putState', 'of A', '2']);
    expect(await codesTogether(network, mismatched, writer)).to.deep.equal([INVALID_ENDORSER_TRANSACTION, VALID]);
  });
});
