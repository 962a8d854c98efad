import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { status } from '@grpc/grpc-js';
import { StatusCode } from '@hyperledger/fabric-gateway';
import { expect } from 'chai';
import { codesOf, endorsed, eventually, failureOf, first } from './client.js';
import { RunningNetwork } from './runningNetwork.js';

describe('Three clubs with unmodified clients and chaincode', () => {
  let network: RunningNetwork;

  before(async function () {
    this.timeout(60_000);
    network = await RunningNetwork.start();
  });

  after(() => network.stop());

  it('commits what one club writes for all to read', async () => {
    expect(await network.client(0).submit('put', 'k1', 'v1')).to.equal('k1');
    expect(await network.client(1).submit('replace', 'k1', 'v2')).to.equal('v1');
    await network.client(2).submit('remove', 'k1');
    await network.client(0).submit('put', 'k1', 'v3');
    for (const reader of network.clients)
      expect(await eventually(() => reader.evaluate('get', 'k1'), 'v3')).to.equal('v3');
    expect(await network.client(0).evaluate('history', 'k1')).to.equal('["v3",null,"v2","v1"]');
    expect(await network.client(1).evaluate('whoAmI')).to.equal('StJuliansMSP');
  });

  it('reads ranges longer than a batch, and page by page', async () => {
    await network.client(0).submit('putMany', 'r', '250');
    const all = await network.client(0).evaluate('range', 'r0000', 'r9999');
    expect(JSON.parse(all)).to.have.length(250);
    const found: string[] = [];
    let bookmark = '';
    do {
      const page: { keys: string[]; bookmark: string } = JSON.parse(
        await network.client(0).evaluate('page', 'r', 's', '100', bookmark),
      );
      found.push(...page.keys);
      ({ bookmark } = page);
    } while (bookmark !== '');
    expect(found).to.deep.equal(JSON.parse(all));
  });

  it('gives conflicting transactions their codes', async () => {
    await network.client(0).submit('put', 'contended', '1');
    const [one, other] = await Promise.all([
      endorsed(network.client(0), 'replace', 'contended', '2'),
      endorsed(network.client(0), 'replace', 'contended', '3'),
    ]);
    expect(await codesOf(one, other)).to.have.members([StatusCode.VALID, StatusCode.MVCC_READ_CONFLICT]);

    const count = await endorsed(network.client(0), 'countInto', 'r0000', 'r0010', 'count');
    await network.client(0).submit('put', 'r0005x', 'phantom');
    expect(await codesOf(count)).to.deep.equal([StatusCode.PHANTOM_READ_CONFLICT]);

    const alone = await network
      .client(0)
      .contract.newProposal('put', { arguments: ['alone', '1'], endorsingOrganizations: ['HarbourMSP'] })
      .endorse();
    expect(await codesOf(alone)).to.deep.equal([StatusCode.ENDORSEMENT_POLICY_FAILURE]);
  });

  it('finds the same envelope submitted twice to be a duplicate', async () => {
    const transaction = await endorsed(network.client(0), 'put', 'twice', '1');
    const commits = [await transaction.submit(), await transaction.submit()];
    for (const commit of commits) expect((await commit.getStatus()).code).to.equal(StatusCode.VALID);
    const startBlock = (await commits[0]?.getStatus())?.blockNumber ?? 0n;
    const blocks = await first(await network.client(0).network.getFilteredBlockEvents({ startBlock }), 2);
    const verdicts = blocks.flatMap((block) => block.getFilteredTransactionsList());
    expect(verdicts.map((verdict) => verdict.getTxid())).to.deep.equal(
      verdicts.map(() => transaction.getTransactionId()),
    );
    expect(verdicts.map((verdict) => verdict.getTxValidationCode())).to.deep.equal([
      StatusCode.VALID,
      StatusCode.DUPLICATE_TXID,
    ]);
  });

  it('keeps private values from all but their members', async () => {
    const value = Buffer.from('between two clubs');
    await network.client(0).contract.submit('putPrivate', {
      arguments: ['bilateral', 'p1'],
      transientData: { value },
      endorsingOrganizations: ['HarbourMSP', 'StJuliansMSP'],
    });
    expect(await network.client(0).evaluate('getPrivate', 'bilateral', 'p1')).to.equal(value.toString());
    const onSecond = await eventually(
      () => network.client(1).evaluate('getPrivate', 'bilateral', 'p1'),
      value.toString(),
    );
    expect(onSecond).to.equal(value.toString());
    const hash = createHash('sha256').update(value).digest('hex');
    expect(await eventually(() => network.client(2).evaluate('hashOfPrivate', 'bilateral', 'p1'), hash)).to.equal(hash);
    const refusal = await failureOf(network.client(2).evaluate('getPrivate', 'bilateral', 'p1'));
    expect(refusal.code).to.equal(status.UNKNOWN);
    expect(refusal.message).to.include('tx creator does not have read access permission on privatedata');
    const wrong = await network
      .client(0)
      .contract.newProposal('putPrivate', {
        arguments: ['bilateral', 'p2'],
        transientData: { value },
        endorsingOrganizations: ['HarbourMSP'],
      })
      .endorse();
    expect(await codesOf(wrong)).to.deep.equal([StatusCode.ENDORSEMENT_POLICY_FAILURE]);
  });

  it('plans endorsements for private values by their collection, and sends transient data to members only', async () => {
    const transientData = { value: Buffer.from('own') };
    await network.client(0).contract.submit('putPrivate', { arguments: ['own_HarbourMSP', 'o1'], transientData });
    expect(await network.client(0).evaluate('getPrivate', 'own_HarbourMSP', 'o1')).to.equal('own');
    await network.client(0).contract.submit('putPrivate', { arguments: ['bilateral', 'o2'], transientData });
    await network.client(0).submit('put', 'public', '1');
    await network.client(0).submit('requireOrganizations', 'public', '["HarbourMSP","OrchardMSP"]');
    const refusal = await failureOf(
      network.client(0).contract.submit('putBoth', { arguments: ['bilateral', 'o3', 'public'], transientData }),
    );
    expect(refusal.code).to.equal(status.FAILED_PRECONDITION);
    expect(refusal.message).to.include(
      'not in the distribution policy of the private data collection(s): [bilateral]; retry specifying trusted',
    );
  });

  it('purges private values on every member, their hash included', async () => {
    const transientData = { value: Buffer.from('to be purged') };
    const endorsingOrganizations = ['HarbourMSP', 'StJuliansMSP'];
    await network.client(0).contract.submit('putPrivate', {
      arguments: ['bilateral', 'gone'],
      transientData,
      endorsingOrganizations,
    });
    expect(isOnDisk('to be purged')).to.deep.equal([true, true, false]);
    await network.client(0).submit('purge', 'bilateral', 'gone');
    expect(await network.client(0).evaluate('getPrivate', 'bilateral', 'gone')).to.equal('');
    expect(await eventually(() => network.client(2).evaluate('hashOfPrivate', 'bilateral', 'gone'), '')).to.equal('');
    expect(await eventually(() => network.client(1).evaluate('getPrivate', 'bilateral', 'gone'), '')).to.equal('');
    expect(isOnDisk('to be purged')).to.deep.equal([false, false, false]);
  });

  it('finds by itself whose endorsement the policy of a key wants', async () => {
    await network.client(0).submit('put', 'guarded', '1');
    await network.client(0).submit('requireOrganizations', 'guarded', '["OrchardMSP"]');
    const without = await network
      .client(0)
      .contract.newProposal('put', {
        arguments: ['guarded', '2'],
        endorsingOrganizations: ['HarbourMSP', 'StJuliansMSP'],
      })
      .endorse();
    expect(await codesOf(without)).to.deep.equal([StatusCode.ENDORSEMENT_POLICY_FAILURE]);
    await network.client(0).submit('put', 'guarded', '3');
    expect(await network.client(0).evaluate('get', 'guarded')).to.equal('3');
  });

  /** By club: whether any file of its peer has the text. */
  function isOnDisk(value: string): boolean[] {
    return network.files.clubs.map(({ dataFolder }) =>
      readdirSync(dataFolder).some((name) => readFileSync(join(dataFolder, name)).includes(value)),
    );
  }
});
