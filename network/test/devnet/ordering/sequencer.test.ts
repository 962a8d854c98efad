import { expect } from 'chai';
import { parseBlock } from '../../../src/blocks/block.js';
import { verifyBlock } from '../../../src/blocks/verify.js';
import { Sequencer } from '../../../src/devnet/ordering/sequencer.js';
import { startScripted } from '../script.js';

describe('a sequencer', () => {
  it('makes blocks that follow each other, hold what they were given, and verify', async () => {
    const network = await startScripted({ clubs: ['AMSP', 'BMSP'] });
    const { channel, msps } = network.peer('AMSP');
    const genesis = network.peer('AMSP').storedBlock(0).bytes;
    const sequencer = new Sequencer({ ...network.signer('OrderingMSP', 'Node'), lastBlock: genesis });
    let previous = parseBlock(genesis);
    for (const envelopes of [['one'], ['two', 'three'], ['four']].map((texts) =>
      texts.map((text) => Buffer.from(text)),
    )) {
      const block = parseBlock(sequencer.nextBlock(envelopes));
      expect(block.envelopes).to.deep.equal(envelopes);
      expect(block.metadata.lastConfigNumber).to.equal(0);
      expect(verifyBlock(block, previous, { channel, msps })).to.have.lengthOf(envelopes.length);
      previous = block;
    }
    expect(previous.number).to.equal(3);
  });

  it('goes on after the block it is given', async () => {
    const network = await startScripted({ clubs: ['AMSP', 'BMSP'] });
    const node = network.signer('OrderingMSP', 'Node');
    const first = new Sequencer({ ...node, lastBlock: network.peer('AMSP').storedBlock(0).bytes });
    const block = first.nextBlock([Buffer.from('one')]);
    const [went, goes] = [first, new Sequencer({ ...node, lastBlock: block })].map((one) =>
      parseBlock(one.nextBlock([])),
    );
    expect([goes?.number, goes?.previousHash]).to.deep.equal([went?.number, went?.previousHash]);
  });
});
