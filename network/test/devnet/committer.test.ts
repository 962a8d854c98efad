import { common, peer as peerpb } from '@hyperledger/fabric-protos';
import { expect } from 'chai';
import { parseBlock } from '../../src/blocks/block.js';
import { commitHash } from '../../src/devnet/blockHashes.js';
import type { InProcessNetwork } from '../../src/devnet/inProcess.js';
import { Sequencer } from '../../src/devnet/ordering/sequencer.js';
import { Peer } from '../../src/devnet/peer.js';
import { Updates } from '../../src/devnet/state/updates.js';
import { MemoryStorage } from '../../src/devnet/storage/memory.js';
import { realBlock } from '../fixtures.js';
import { endorsed, look, run, startScripted, type Step } from './script.js';

const { VALID, INVALID_OTHER_REASON, BAD_COMMON_HEADER } = peerpb.TxValidationCode;
const all = ['AMSP', 'BMSP', 'CMSP'];

describe('a committer', () => {
  let network: InProcessNetwork;
  let storage: MemoryStorage;

  beforeEach(async () => {
    storage = new MemoryStorage();
    network = await startScripted({ storage: (mspId) => (mspId === 'AMSP' ? storage : new MemoryStorage()) });
  });

  const failureOf = (promise: Promise<unknown>): Promise<string> =>
    promise.then(
      () => 'nothing failed',
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );

  it('adds validation codes and commit hash to the block, and changes nothing else of it', async () => {
    await network.submitTogether([
      await endorsed(network, all, ['getState', 'k'], ['putState', 'k', '1']),
      await endorsed(network, all, ['getState', 'k'], ['putState', 'k', '2']),
    ]);
    const stored = parseBlock(network.peer('AMSP').storedBlock(1).bytes);
    expect([...stored.metadata.flags]).to.deep.equal([0, 11]);
    expect(stored.metadata.commitHash).to.deep.equal(network.peer('BMSP').commitHash(1));
    expect(stored.metadata.orderingSignatures).to.have.lengthOf(1);
    expect(parseBlock(network.peer('AMSP').storedBlock(0).bytes).metadata.commitHash).to.deep.equal(Buffer.alloc(0));
  });

  it('refuses a block that does not follow, was altered or was not ordered, and then all others', async () => {
    const faults: [string, (block: common.Block) => void][] = [
      ['does not follow block 1', (block) => block.getHeader()?.setNumber(3)],
      ['names another previous block', (block) => block.getHeader()?.setPreviousHash(Buffer.alloc(32))],
      ['the data hash is not that of its envelopes', (block) => block.getData()?.setDataList([Buffer.from('x')])],
      [
        'signature set did not satisfy policy BlockValidation',
        (block) => block.getMetadata()?.setMetadataList([Buffer.alloc(0)]),
      ],
    ];
    await run(network, all, ['putState', 'k', '1']);
    const genesis = storage.read(0).bytes;
    for (const [words, change] of faults) {
      const node = network.signer('OrderingMSP', 'Node');
      const next = new Sequencer({ ...node, lastBlock: storage.read(1).bytes }).nextBlock([Buffer.from('envelope')]);
      const block = common.Block.deserializeBinary(next);
      change(block);
      const own = new MemoryStorage();
      const peer = await peerOf(own, genesis);
      await peer.commit(storage.read(1).bytes);
      const failure = await failureOf(peer.commit(Buffer.from(block.serializeBinary())));
      expect(failure)
        .to.match(/^peer of AMSP stopped at block 2: block [23]: /)
        .and.contain(words);
      expect(await failureOf(peer.commit(next))).to.equal(failure);
      expect([peer.height, own.height]).to.deep.equal([2, 2]);
    }
  });

  it('refuses an ordering node that is none', async () => {
    const impostor = new Sequencer({ ...network.signer('AMSP', 'Node'), lastBlock: storage.read(0).bytes });
    const peer = await peerOf(new MemoryStorage(), storage.read(0).bytes);
    expect(await failureOf(peer.commit(impostor.nextBlock([Buffer.from('envelope')])))).to.contain('BlockValidation');
  });

  it('gives envelopes that are none a code, and goes on', async () => {
    const node = network.signer('OrderingMSP', 'Node');
    const sequencer = new Sequencer({ ...node, lastBlock: storage.read(0).bytes });
    const peer = await peerOf(new MemoryStorage(), storage.read(0).bytes);
    const good = await endorsed(network, all, ['putState', 'k', '1']);
    const configuration = parseBlock(storage.read(0).bytes).envelopes[0] ?? Buffer.alloc(0);
    await peer.commit(sequencer.nextBlock([Buffer.from('?'), Buffer.alloc(0), configuration, good]));
    expect([...parseBlock(peer.storedBlock(1).bytes).metadata.flags]).to.deep.equal([
      INVALID_OTHER_REASON,
      BAD_COMMON_HEADER,
      BAD_COMMON_HEADER,
      VALID,
    ]);
  });

  it('starts again from what it stored, with the same state and hashes', async () => {
    const steps: Step[] = [
      ['putState', 'k', '1'],
      ['putState', 'other', '1'],
      ['putPrivateData', 'own_AMSP', 'p', 'v'],
    ];
    await run(network, all, ...steps);
    await network.submitTogether([
      await endorsed(network, all, ['getState', 'k'], ['putState', 'k', '2']),
      await endorsed(network, all, ['getState', 'k'], ['putState', 'k', '3']),
      await endorsed(network, all, ['deleteState', 'other']),
    ]);
    network.stopPeer('AMSP');
    await run(network, ['BMSP', 'CMSP'], ['putState', 'k', '4']);
    const restarted = await network.startPeer('AMSP');
    expect(restarted.height).to.equal(4);
    for (const number of [0, 1, 2, 3]) {
      expect(restarted.commitHash(number)).to.deep.equal(network.peer('BMSP').commitHash(number));
      expect(restarted.stateHash(number)).to.deep.equal(network.peer('BMSP').stateHash(number));
    }
    expect(
      await look(network, 'AMSP', [
        ['getState', 'k'],
        ['getState', 'other'],
        ['getPrivateData', 'own_AMSP', 'p'],
        ['getHistoryForKey', 'k'],
      ]),
    ).to.deep.equal(['4', '', 'v', ['4', '2', '1']]);
    expect(await run(network, all, ['getState', 'k'], ['putState', 'k', '5'])).to.equal(0);
  });

  it("notices when what it stored is not what it was, or another channel's", async () => {
    await run(network, all, ['putState', 'k', '1']);
    const { bytes, privateData } = storage.read(1);
    const block = common.Block.deserializeBinary(bytes);
    const slots = block.getMetadata()?.getMetadataList_asU8() ?? [];
    slots[2] = Buffer.of(11);
    block.getMetadata()?.setMetadataList(slots);
    const damaged = new MemoryStorage();
    await damaged.append(storage.read(0));
    await damaged.append({ number: 1, bytes: Buffer.from(block.serializeBinary()), privateData });
    expect(await failureOf(peerOf(damaged, storage.read(0).bytes))).to.contain('stored block 1 is damaged');
    const other = await startScripted();
    expect(await failureOf(peerOf(storage, other.peer('AMSP').storedBlock(0).bytes))).to.contain('another channel');
  });

  it('tells whoever waits for a transaction, and lets them stop waiting', async () => {
    const proposal = network.propose({ by: network.signer('AMSP'), args: ['run', '[["putState","k","v"]]'] });
    const waiting = network.peer('BMSP').waitForTransaction(proposal.txId, new AbortController().signal);
    const impatient = new AbortController();
    const given = network.peer('BMSP').waitForTransaction(proposal.txId, impatient.signal);
    impatient.abort(new Error('gone'));
    expect(await failureOf(given)).to.equal('gone');
    await network.submit(network.assemble(proposal, await network.endorse(proposal, all)));
    expect(await waiting).to.deep.equal({ blockNumber: 1, txIndex: 0, code: 0 });
  });

  it('hashes a block without changes as Fabric 3.1.5 did', () => {
    for (const [before, after] of [
      ['038-valid-private-AB', '039-policy-failure-private-AB-by-A-only'],
      ['134-valid-private-AB-with-event', '135-policy-failure-event-only'],
    ] as const) {
      const { metadata } = parseBlock(realBlock(after));
      const previous = parseBlock(realBlock(before)).metadata.commitHash;
      expect(commitHash(metadata.flags, new Updates(), previous)).to.deep.equal(metadata.commitHash);
    }
  });

  function peerOf(own: MemoryStorage, genesisBlock: Buffer): Promise<Peer> {
    const { identity, key } = network.signer('AMSP', 'Node');
    return Peer.start({
      mspId: 'AMSP',
      credentials: {
        certificate: identity.toString('latin1').slice(identity.indexOf('-----BEGIN')),
        privateKey: key.export({ type: 'pkcs8', format: 'pem' }).toString(),
      },
      genesisBlock,
      definitions: network.peer('BMSP').definitions.all,
      hosts: new Map(),
      storage: own,
      clock: Date.now,
    });
  }
});
