import { checkpointers, StatusCode } from '@hyperledger/fabric-gateway';
import { common, peer } from '@hyperledger/fabric-protos';
import { expect } from 'chai';
import { connectTo, endorsed, eventually, failureOf, first, heightOf, text, type TestClient } from './client.js';
import { RunningNetwork } from './runningNetwork.js';

describe('What a peer tells of its ledger', () => {
  let network: RunningNetwork;

  before(async function () {
    this.timeout(60_000);
    network = await RunningNetwork.start();
  });

  after(() => network.stop());

  it('streams events of the chaincode from where the client wants to go on', async () => {
    const commit = await network.client(0).contract.submitAsync('put', { arguments: ['event-1', ''] });
    const { blockNumber } = await commit.getStatus();
    await network.client(0).submit('put', 'event-2', '');
    const events = await first(
      await network.client(0).network.getChaincodeEvents('plain', { startBlock: blockNumber }),
      2,
    );
    expect(events.map(({ payload }) => text(payload))).to.deep.equal(['event-1', 'event-2']);
    expect(events[0]).to.include({ eventName: 'put', chaincodeName: 'plain', blockNumber });
    const checkpoint = checkpointers.inMemory();
    await checkpoint.checkpointTransaction(blockNumber, commit.getTransactionId());
    const [next] = await first(await network.client(0).network.getChaincodeEvents('plain', { checkpoint }), 1);
    expect(next && text(next.payload)).to.equal('event-2');
  });

  it('delivers blocks in three forms, with private values only to members', async () => {
    await network.client(0).contract.submit('putPrivate', {
      arguments: ['own_HarbourMSP', 'p1'],
      transientData: { value: Buffer.from('plaintext of a club') },
    });
    const height = await heightOf(network.client(0));
    const blocks = await first(await network.client(0).network.getBlockEvents({ startBlock: 0n }), height);
    expect(blocks.map((block) => block.getHeader()?.getNumber())).to.deep.equal(blocks.map((_, index) => index));
    const filtered = await first(await network.client(0).network.getFilteredBlockEvents({ startBlock: 0n }), height);
    expect(filtered.map((block) => block.getFilteredTransactionsList().length)).to.deep.equal(
      blocks.map((block) => block.getData()?.getDataList().length),
    );
    const event = filtered[1]?.getFilteredTransactionsList()[0]?.getTransactionActions()?.getChaincodeActionsList()[0];
    expect(event?.getChaincodeEvent()?.getEventName()).to.equal('put');
    expect(event?.getChaincodeEvent()?.getPayload_asU8()).to.have.length(0);
    const seenByMember = await privateValues(network.client(0), height);
    expect(seenByMember).to.include('plaintext of a club');
    const visitor = connectTo(network.files, network.files.club(0), { of: network.files.club(2), user: 'Admin' });
    try {
      expect(await privateValues(visitor, height)).to.equal('');
    } finally {
      visitor.close();
    }
  });

  it('answers questions to the ledger in the words of qscc, endorsed by several clubs if wanted', async () => {
    const qscc = network.client(0).gateway.getNetwork('clubs').getContract('qscc');
    const height = await heightOf(network.client(0));
    const block = common.Block.deserializeBinary(
      await qscc.evaluateTransaction('GetBlockByNumber', 'clubs', String(height - 1)),
    );
    expect(block.getHeader()?.getNumber()).to.equal(height - 1);
    const previousHash = block.getHeader()?.getPreviousHash_asU8() ?? new Uint8Array();
    const previous = common.Block.deserializeBinary(
      await qscc.evaluateTransaction('GetBlockByHash', 'clubs', previousHash),
    );
    expect(previous.getHeader()?.getNumber()).to.equal(height - 2);
    const transaction = await endorsed(network.client(0), 'put', 'testified', '1');
    await (await transaction.submit()).getStatus();
    await eventually(() => network.client(2).evaluate('get', 'testified'), '1');
    await eventually(() => network.client(1).evaluate('get', 'testified'), '1');
    const testimony = await qscc
      .newProposal('GetTransactionByID', {
        arguments: ['clubs', transaction.getTransactionId()],
        endorsingOrganizations: ['HarbourMSP', 'StJuliansMSP', 'OrchardMSP'],
      })
      .endorse();
    const processed = peer.ProcessedTransaction.deserializeBinary(testimony.getResult());
    expect(processed.getValidationcode()).to.equal(StatusCode.VALID);
    const unknown = await failureOf(qscc.evaluateTransaction('GetTransactionByID', 'clubs', 'none'));
    expect(unknown.message).to.include(
      'Failed to get transaction with id none, error no such transaction ID [none] in index',
    );
    for (const name of ['cscc', 'lscc', '_lifecycle']) {
      const refused = await failureOf(
        network.client(0).gateway.getNetwork('clubs').getContract(name).evaluateTransaction('x'),
      );
      expect(refused.message, name).to.include('see attached details');
    }
  });

  it('refuses to deliver what does not exist', async () => {
    const beyond = await network.client(0).network.getBlockEvents({ startBlock: 1_000_000n });
    const error: unknown = await first(beyond, 1).catch((reason: unknown) => reason);
    expect(String(error)).to.include('404');
  });
});

/** The plaintext of all private values that are delivered, as one text. */
async function privateValues(client: TestClient, height: number): Promise<string> {
  const blocks = await first(await client.network.getBlockAndPrivateDataEvents({ startBlock: 0n }), height);
  return blocks
    .flatMap((block) => [...block.getPrivateDataMapMap().entries()])
    .flatMap(([, transaction]) => transaction.getNsPvtRwsetList())
    .flatMap((namespace) => namespace.getCollectionPvtRwsetList())
    .map((collection) => Buffer.from(collection.getRwset_asU8()).toString('latin1'))
    .join();
}
