import { expect } from 'chai';
import { common } from '@hyperledger/fabric-protos';
import { allOf, majorityWith } from '@reciprocal-clubs/chaincode/ledger/keyPolicy.js';
import { nOutOf, signaturePolicy, signedBy } from '@reciprocal-clubs/network/identity/policyLanguage.js';
import { isSamePolicy } from '../../src/keyPolicies/meaning.js';

const written = (text: string): Uint8Array => signaturePolicy(text).serializeBinary();
const both = allOf(['AMSP', 'BMSP']);

describe('the meaning of a key policy', () => {
  it('does not hang on order, numbering or principals that nobody asks for', () => {
    const policy = signaturePolicy("AND('CMSP.peer', 'BMSP.peer', 'AMSP.peer')");
    policy.setRule(nOutOf(2, [signedBy(1), signedBy(2)]));
    expect(isSamePolicy(written("AND('BMSP.peer', 'AMSP.peer')"), both)).to.equal(true);
    expect(isSamePolicy(policy.serializeBinary(), both)).to.equal(true);
    const majority = majorityWith('BMSP', ['AMSP', 'BMSP', 'CMSP', 'DMSP', 'EMSP']);
    const other = "AND(OutOf(2, 'EMSP.peer', 'DMSP.peer', 'CMSP.peer', 'AMSP.peer'), 'BMSP.peer')";
    expect(isSamePolicy(written(other), majority)).to.equal(true);
  });

  it('is the same for one of one', () => {
    const policy = signaturePolicy("OR('AMSP.peer')");
    policy.setRule(signedBy(0));
    expect(isSamePolicy(policy.serializeBinary(), allOf(['AMSP']))).to.equal(true);
  });

  it('is another with other clubs, another role or another number of them', () => {
    const others = [
      "AND('AMSP.peer', 'CMSP.peer')",
      "AND('AMSP.peer', 'BMSP.member')",
      "OR('AMSP.peer', 'BMSP.peer')",
      "AND('AMSP.peer', 'BMSP.peer', 'CMSP.peer')",
      "AND('AMSP.peer', 'AMSP.peer')",
      "OutOf(1, 'AMSP.peer', AND('AMSP.peer', 'BMSP.peer'))",
      "OR('AMSP.peer')",
    ];
    expect(others.filter((text) => isSamePolicy(written(text), both))).to.deep.equal([]);
  });

  it('is none in what is no policy', () => {
    const unnumbered = common.SignaturePolicyEnvelope.deserializeBinary(both);
    unnumbered.setIdentitiesList([]);
    const versioned = common.SignaturePolicyEnvelope.deserializeBinary(both);
    versioned.setVersion(1);
    const none = [Buffer.alloc(0), Buffer.from('?'), unnumbered.serializeBinary(), versioned.serializeBinary()];
    expect(none.filter((bytes) => isSamePolicy(bytes, both))).to.deep.equal([]);
  });
});
