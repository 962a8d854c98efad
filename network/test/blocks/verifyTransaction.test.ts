import { expect } from 'chai';
import { verifyTransaction, type VerifiedTransaction } from '../../src/blocks/verifyTransaction.js';
import { Certified, type Signer } from '../certified.js';
import { consortiumOf } from '../consortiumOf.js';
import { endorsedEnvelope, type Parts } from './endorsed.js';

describe('The signatures of a transaction', () => {
  let certified: Certified;
  let creator: Signer;
  let endorsers: Signer[];

  before(async () => {
    certified = await Certified.create(consortiumOf(2));
    creator = certified.signer('HarbourMSP', 'Client');
    endorsers = [certified.signer('HarbourMSP', 'peer0'), certified.signer('StJuliansMSP', 'peer0')];
  });

  const verify = (parts: Partial<Parts>): VerifiedTransaction =>
    verifyTransaction(endorsedEnvelope({ creator, endorsers, ...parts }), certified.msps);
  /** Someone who has a club's certificate and not its key. */
  const impostor = (mspId: string, name: string): Signer => ({
    serialized: certified.signer(mspId, name).serialized,
    key: certified.signer('StJuliansMSP', 'Delegate').key,
  });

  it('prove who proposed and who endorsed', () => {
    const { creator: proposer, endorsers: proven, fault } = verify({});
    expect(fault).to.equal(undefined);
    expect(proposer?.mspId).to.equal('HarbourMSP');
    expect(proven.map(({ mspId }) => mspId)).to.deep.equal(['HarbourMSP', 'StJuliansMSP']);
  });

  it('prove nothing when the creator did not sign', () => {
    const verified = verify({ creator: impostor('HarbourMSP', 'Client') });
    expect(verified.fault).to.equal('The signature is invalid');
    expect([verified.creator, verified.endorsers.length]).to.deep.equal([undefined, 0]);
  });

  it('do not count an endorsement that does not hold, and say so', () => {
    const [harbour] = endorsers;
    const verified = verify({ endorsers: [...(harbour ? [harbour] : []), impostor('StJuliansMSP', 'peer0')] });
    expect(verified.fault).to.equal(undefined);
    expect(verified.endorsers.map(({ mspId }) => mspId)).to.deep.equal(['HarbourMSP']);
    expect(verified.brokenEndorsements).to.equal(1);
  });

  it('are not enough when no endorsement holds', () => {
    expect(verify({ endorsers: [] }).fault).to.equal('no endorsement holds');
    expect(verify({ endorsers: [impostor('StJuliansMSP', 'peer0')] }).fault).to.equal('no endorsement holds');
  });

  it('do not help a transaction that chose its own id', () => {
    expect(verify({ txId: 'ab'.repeat(32) }).fault).to.contain('incorrectly computed txid');
  });

  it('do not help when the endorsers saw another proposal', () => {
    expect(verify({ proposalHash: Buffer.alloc(32) }).fault).to.equal('proposal hash does not match');
  });

  it('of a malformed envelope are not looked for', () => {
    expect(verifyTransaction(Buffer.from([0x0a, 0x09]), certified.msps).fault).to.contain('cut short');
    expect(verify({ epoch: 3 }).fault).to.contain('invalid Epoch');
    const { transaction, creator: proposer, fault } = verify({ invoked: 'other' });
    expect(fault).to.contain('inconsistent ccid info');
    expect(proposer?.role).to.equal('client');
    expect(transaction).to.equal(undefined);
  });
});
