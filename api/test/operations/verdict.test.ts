import { peer } from '@hyperledger/fabric-protos';
import { expect } from 'chai';
import { errors } from '../../src/openapi/errors.generated.js';
import { meaningOf } from '../../src/operations/verdict.js';

const codes = peer.TxValidationCode;

describe('The verdict on a transaction that was not applied', () => {
  for (const [code, meaning] of [
    ['MVCC_READ_CONFLICT', 'CONFLICT'],
    ['PHANTOM_READ_CONFLICT', 'CONFLICT'],
    ['ENDORSEMENT_POLICY_FAILURE', 'POLICY_NOT_MET'],
  ] as const)
    it(`${code} means ${meaning}: made anew, the command may be done`, () => {
      expect(meaningOf(codes[code])).to.equal(meaning);
      expect(errors[meaning].retryable).to.equal(true);
    });

  it('of any other kind is final', () => {
    for (const code of [codes.BAD_CREATOR_SIGNATURE, codes.DUPLICATE_TXID, codes.INVALID_OTHER_REASON])
      expect(meaningOf(code)).to.equal('TRANSACTION_INVALID');
    expect(errors.TRANSACTION_INVALID.retryable).to.equal(false);
  });
});
