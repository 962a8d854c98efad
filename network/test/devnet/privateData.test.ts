import { expect } from 'chai';
import type { InProcessNetwork } from '../../src/devnet/inProcess.js';
import { MemoryStorage } from '../../src/devnet/storage/memory.js';
import { allOf, endorsed, look, run, startScripted, type Step } from './script.js';

const own = 'own_AMSP';
const VALID = 0;
const put = (key: string, value: string): Step => ['putPrivateData', own, key, value];
const get = (key: string): Step => ['getPrivateData', own, key];
const hash = (key: string): Step => ['getPrivateDataHash', own, key];

describe('private values', () => {
  let network: InProcessNetwork;
  let storage: MemoryStorage;

  beforeEach(async () => {
    storage = new MemoryStorage();
    network = await startScripted({ storage: (mspId) => (mspId === 'AMSP' ? storage : new MemoryStorage()) });
  });

  const valueAt = (mspId: string, key: string): Promise<unknown> =>
    look(network, mspId, [get(key)], 'AMSP').then(
      ([value]) => value,
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );

  it('are kept before their endorsement is returned, and forgotten when their block is there', async () => {
    const proposal = network.propose({ by: network.signer('AMSP'), args: ['run', JSON.stringify([put('k', 'v')])] });
    const answers = await network.endorse(proposal, ['AMSP']);
    expect(storage.transient(proposal.txId)).to.have.lengthOf(1);
    expect(await network.submit(network.assemble(proposal, answers))).to.have.property('code', VALID);
    expect(storage.transient(proposal.txId)).to.deep.equal([]);
    expect(await valueAt('AMSP', 'k')).to.equal('v');
  });

  it('are taken from whichever endorsement of the transaction the ledger has the hash of', async () => {
    const transient = { own: 'one' };
    const proposal = network.propose({
      by: network.signer('AMSP'),
      args: ['run', JSON.stringify([put('k', 'v')])],
      transient,
    });
    const answers = await network.endorse(proposal, ['AMSP']);
    await storage.putTransient(proposal.txId, 1, [
      { namespace: 'script', collection: own, rwset: Buffer.from('other') },
    ]);
    expect(await network.submit(network.assemble(proposal, answers))).to.have.property('code', VALID);
    expect(await valueAt('AMSP', 'k')).to.equal('v');
  });

  it("that a member was not given fail to be read, in Fabric's words, until they are written again", async () => {
    const create: Step[] = [hash('k'), put('k', '1'), ['setPrivateDataValidationParameter', own, 'k', allOf('CMSP')]];
    expect(await run(network, ['AMSP'], ...create)).to.equal(VALID);
    expect(await run(network, ['CMSP'], put('k', '2'))).to.equal(VALID);
    expect(await valueAt('AMSP', 'k')).to.match(
      /GET_STATE failed: transaction ID: \w+: private data matching public hash version is not available\. Public hash version = \{BlockNum: 2, TxNum: 0\}, Private data version = \{BlockNum: 1, TxNum: 0\}$/,
    );
    expect(network.peer('AMSP').missingPrivateValues()).to.have.lengthOf(1);
    expect(await look(network, 'AMSP', [hash('k')])).to.deep.equal(await look(network, 'BMSP', [hash('k')]));
    expect(await run(network, ['AMSP', 'CMSP'], put('k', '2'))).to.equal(VALID);
    expect(await valueAt('AMSP', 'k')).to.equal('2');
    expect(network.peer('AMSP').missingPrivateValues()).to.deep.equal([]);
  });

  it('move to a new version with the policy of their key', async () => {
    expect(await run(network, ['AMSP'], put('k', '1'))).to.equal(VALID);
    expect(
      await run(network, ['AMSP'], hash('k'), ['setPrivateDataValidationParameter', own, 'k', allOf('AMSP')]),
    ).to.equal(VALID);
    expect(await valueAt('AMSP', 'k')).to.equal('1');
    const read = network.propose({
      by: network.signer('AMSP'),
      args: ['run', JSON.stringify([get('k'), put('k', '2')])],
    });
    const position = await network.submit(network.assemble(read, await network.endorse(read, ['AMSP'])));
    expect(network.transaction(position).readWriteSets[1]?.collections[0]?.reads[0]?.version).to.deep.equal({
      blockNumber: 2,
      txIndex: 0,
    });
  });

  it('that are purged are gone from the blocks that brought them, with their key', async () => {
    const first = await network.submit(await endorsed(network, ['AMSP'], put('k', '1'), put('other', '1')));
    const second = await network.submit(await endorsed(network, ['AMSP'], put('k', '2')));
    const [purge] = await network.submitTogether([await endorsed(network, ['AMSP'], ['purgePrivateData', own, 'k'])]);
    expect(purge?.code).to.equal(VALID);
    expect(await valueAt('AMSP', 'k')).to.equal('');
    expect(await look(network, 'BMSP', [hash('k')])).to.deep.equal(['']);
    expect(network.privateWrites('AMSP', first).flatMap(({ writes }) => writes.map(({ key }) => key))).to.deep.equal([
      'other',
    ]);
    expect(network.privateWrites('AMSP', second)).to.deep.equal([]);
    expect(network.privateWrites('AMSP', purge ?? first)).to.deep.equal([]);
    expect(await run(network, ['AMSP'], put('k', '3'))).to.equal(VALID);
    expect(await valueAt('AMSP', 'k')).to.equal('3');
  });

  it('that are purged and written again in one block have only the later value', async () => {
    expect(await run(network, ['AMSP'], put('k', '1'))).to.equal(VALID);
    const results = await network.submitTogether([
      await endorsed(network, ['AMSP'], put('k', '2')),
      await endorsed(network, ['AMSP'], ['purgePrivateData', own, 'k']),
      await endorsed(network, ['AMSP'], put('k', '3')),
    ]);
    expect(results.map(({ code }) => code)).to.deep.equal([VALID, VALID, VALID]);
    const kept = results.flatMap((one) => network.privateWrites('AMSP', one)).flatMap(({ writes }) => writes);
    expect(kept.map(({ value }) => value.toString())).to.deep.equal(['3']);
    expect(await valueAt('AMSP', 'k')).to.equal('3');
  });

  it('of invalid transactions are kept with their block, and not in state', async () => {
    const twice = [
      await endorsed(network, ['AMSP'], hash('k'), put('k', '1')),
      await endorsed(network, ['AMSP'], hash('k'), put('k', '2')),
    ];
    const [valid, stale] = await network.submitTogether(twice);
    expect([valid?.code, stale?.code]).to.deep.equal([VALID, 11]);
    expect(stale && network.privateWrites('AMSP', stale)[0]?.writes[0]?.value.toString()).to.equal('2');
    expect(await valueAt('AMSP', 'k')).to.equal('1');
  });

  it('and purges are the same after a start from what is stored, also when the purge was cut short', async () => {
    await run(network, ['AMSP'], put('k', '1'), put('other', '1'));
    const before = storage.read(1).privateData;
    await run(network, ['AMSP'], ['purgePrivateData', own, 'k']);
    await storage.replacePrivateData(new Map([[1, before]]));
    const hashes = [0, 1, 2].map((number) => network.peer('AMSP').stateHash(number));
    network.stopPeer('AMSP');
    const restarted = await network.startPeer('AMSP');
    expect([0, 1, 2].map((number) => restarted.stateHash(number))).to.deep.equal(hashes);
    expect(await valueAt('AMSP', 'k')).to.equal('');
    expect(await valueAt('AMSP', 'other')).to.equal('1');
    expect(JSON.stringify(storage.read(1).privateData)).not.to.equal(JSON.stringify(before));
    expect(restarted.missingPrivateValues()).to.deep.equal([]);
  });
});

describe('a collection', () => {
  it("that only members may write refuses others' clients", async () => {
    const network = await startScripted({
      definition: {
        name: 'script',
        version: '1',
        sequence: 1,
        packageId: 'script:00',
        endorsementPolicy: 'MAJORITY Endorsement',
        collections: [
          {
            name: 'pair',
            memberMspIds: ['AMSP', 'BMSP'],
            requiredPeerCount: 0,
            maxPeerCount: 1,
            blockToLive: 0,
            memberOnlyRead: true,
            memberOnlyWrite: true,
          },
        ],
      },
    });
    const write: Step = ['putPrivateData', 'pair', 'k', 'v'];
    expect(await look(network, 'AMSP', [write], 'CMSP').catch(String)).to.contain(
      'tx creator does not have write access permission on privatedata in chaincodeName:script collectionName: pair',
    );
    expect(await run(network, ['AMSP', 'BMSP'], write)).to.equal(VALID);
    expect(await run(network, ['AMSP'], write)).to.equal(10);
    for (const member of ['AMSP', 'BMSP'])
      expect(await look(network, member, [['getPrivateData', 'pair', 'k']])).to.deep.equal(['v']);
  });

  it('of an organization exists without being defined, and anybody may read it there', async () => {
    const network = await startScripted();
    const implicit = '_implicit_org_AMSP';
    expect(await run(network, ['AMSP'], ['putPrivateData', implicit, 'k', 'v'])).to.equal(VALID);
    expect(await run(network, ['BMSP', 'CMSP'], ['putPrivateData', implicit, 'k', 'w'])).to.equal(10);
    expect(await look(network, 'AMSP', [['getPrivateData', implicit, 'k']], 'CMSP')).to.deep.equal(['v']);
    expect(await look(network, 'AMSP', [['putPrivateData', '_implicit_org_XMSP', 'k', 'v']]).catch(String)).to.contain(
      'could not be found',
    );
  });
});
