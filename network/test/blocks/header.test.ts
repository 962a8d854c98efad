import { expect } from 'chai';
import { parseBlock } from '../../src/blocks/block.js';
import { dataHash, headerBytes, headerHash } from '../../src/blocks/header.js';
import { realBlock } from '../fixtures.js';

describe("A block's header", () => {
  it('is a DER sequence of number, previous hash and data hash', () => {
    const hash = Buffer.alloc(32, 0xaa);
    expect(headerBytes(0, Buffer.alloc(0), hash).toString('hex')).to.equal(`302702010004000420${'aa'.repeat(32)}`);
    expect(headerBytes(128, hash, hash).subarray(0, 6).toString('hex')).to.equal('304802020080');
    expect(
      headerBytes(2 ** 32, hash, hash)
        .subarray(2, 9)
        .toString('hex'),
    ).to.equal('02050100000000');
  });

  it('has the hash that the next block of real Fabric names', () => {
    for (const [name, next] of [
      ['038-valid-private-AB', '039-policy-failure-private-AB-by-A-only'],
      ['134-valid-private-AB-with-event', '135-policy-failure-event-only'],
    ] as const) {
      const { number, previousHash, dataHash: hash } = parseBlock(realBlock(name));
      expect(headerHash(number, previousHash, hash).equals(parseBlock(realBlock(next)).previousHash)).to.equal(true);
    }
  });

  it('commits to the envelopes as they were received', () => {
    const { envelopes, dataHash: hash } = parseBlock(realBlock('121-ten-tx-after-SubmitError'));
    expect(envelopes).to.have.length(10);
    expect(dataHash(envelopes).equals(hash)).to.equal(true);
  });
});
