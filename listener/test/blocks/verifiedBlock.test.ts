import { expect } from 'chai';
import { realBlock, type RealBlock } from '@reciprocal-clubs/network/test/fixtures.js';
import { blockContents } from '../../src/blocks/blockContents.js';
import { ForkError, RefusedBlockError } from '../../src/blocks/errors.js';
import {
  receiveBlock,
  verifyGenesis,
  verifyNext,
  type Head,
  type VerifiedBlock,
} from '../../src/blocks/verifiedBlock.js';

/** Blocks that real Fabric 3.1.5 made, as a listener would take them. */
describe('blocks of real Fabric', () => {
  const genesis = receiveBlock(realBlock('000-genesis-config'));
  const trust = () => verifyGenesis(genesis, genesis).trust;
  const headOf = (name: RealBlock): Head => {
    const { block } = receiveBlock(realBlock(name));
    return { number: block.number - 1, hash: block.previousHash };
  };
  const verify = (name: RealBlock): VerifiedBlock => verifyNext(receiveBlock(realBlock(name)), headOf(name), trust());

  it('are verified from the first one alone', () => {
    const { transactions } = verify('121-ten-tx-after-SubmitError');
    expect(transactions.map(({ code, quarantine }) => [code, quarantine])).to.deep.equal(
      Array.from({ length: 10 }, () => [0, undefined]),
    );
  });

  it('are read with verdicts, endorsers and the hashes of private writes', () => {
    const viewpoint = { chaincode: 'basic', collection: 'own_ClubAMSP' };
    const read = (name: RealBlock) => blockContents(verify(name), [], viewpoint);
    expect(read('086-valid-and-mvcc').transactions.map(({ code }) => code)).to.deep.equal([0, 11]);
    const { transactions, missing } = read('143-valid-explicit-own-collections');
    const [row] = transactions;
    expect(row).to.deep.include({ endorsers: ['ClubAMSP', 'ClubBMSP'], isProven: true });
    expect(row?.txId).to.match(/^[0-9a-f]{64}$/);
    const chaincode = row?.chaincode ?? '';
    const own = blockContents(verify('143-valid-explicit-own-collections'), [], { ...viewpoint, chaincode });
    expect(missing).to.deep.equal([]);
    expect(own.missing).to.deep.equal([0]);
    expect(own.writes.map(({ collection }) => collection)).to.deep.equal(['own_ClubAMSP', 'own_ClubBMSP']);
    expect(own.writes.every(({ valueHash, key }) => valueHash?.length === 32 && key === undefined)).to.equal(true);
  });

  it('bring the configuration by which those after them are verified', () => {
    const verified = verify('284-config-update-adds-ClubD');
    expect(trust().msps.has('ClubDMSP')).to.equal(false);
    expect(verified.trust.msps.has('ClubDMSP')).to.equal(true);
    expect(verify('279-lifecycle-commit-sequence5').trust.msps.has('ClubDMSP')).to.equal(false);
  });

  it('are refused as the ordering nodes have them, without verdicts', () => {
    expect(() => verify('086-from-orderer-no-flags')).to.throw(RefusedBlockError, 'validation code');
  });

  it('are a fork after another block than the one they name', () => {
    const received = receiveBlock(realBlock('143-valid-explicit-own-collections'));
    expect(() => verifyNext(received, { number: 142, hash: Buffer.alloc(32) }, trust())).to.throw(ForkError);
  });

  it('are refused as the first block of another channel', () => {
    const other = receiveBlock(realBlock('284-config-update-adds-ClubD'));
    expect(() => verifyGenesis(other, genesis)).to.throw(RefusedBlockError, 'another channel');
  });
});
