import { common, msp } from '@hyperledger/fabric-protos';
import { expect } from 'chai';
import * as fc from 'fast-check';
import { serializeIdentity, type Identity } from '../../src/identity/msp.js';
import { nOutOf, signaturePolicy, signedBy } from '../../src/identity/policyLanguage.js';
import { InvalidPolicyError, readPolicy, satisfies, satisfiesMajority } from '../../src/identity/policy.js';
import { Certified } from '../certified.js';
import { consortiumOf } from '../consortiumOf.js';

describe('A signature policy', () => {
  let certified: Certified;

  before(async () => {
    certified = await Certified.create(consortiumOf(3));
  });

  const peer = (club: string): Identity => certified.identity(`${club}MSP`, 'peer0');
  const client = (club: string): Identity => certified.identity(`${club}MSP`, 'Client');
  const decides = (policy: string, identities: Identity[]): boolean => satisfies(signaturePolicy(policy), identities);

  it('asks for the role as well as for the MSP', () => {
    expect(decides("OR('HarbourMSP.peer')", [peer('Harbour')])).to.equal(true);
    expect(decides("OR('HarbourMSP.peer')", [client('Harbour')])).to.equal(false);
    expect(decides("OR('HarbourMSP.peer')", [peer('Orchard')])).to.equal(false);
    expect(decides("OR('HarbourMSP.member')", [client('Harbour')])).to.equal(true);
    expect(decides("OR('HarbourMSP.admin')", [client('Harbour')])).to.equal(false);
    expect(decides("OR('HarbourMSP.admin')", [certified.identity('HarbourMSP', 'Admin')])).to.equal(true);
    expect(decides("OR('OfficeOrdMSP.orderer')", [certified.identity('OfficeOrdMSP', 'orderer')])).to.equal(true);
  });

  it('of two needs both, of two out of three any two', () => {
    const both = "AND('HarbourMSP.peer', 'OrchardMSP.peer')";
    expect(decides(both, [peer('Harbour')])).to.equal(false);
    expect(decides(both, [peer('Harbour'), peer('Orchard')])).to.equal(true);
    const two = "OutOf(2, 'HarbourMSP.peer', 'StJuliansMSP.peer', 'OrchardMSP.peer')";
    expect(decides(two, [peer('StJulians')])).to.equal(false);
    expect(decides(two, [peer('Orchard'), peer('StJulians')])).to.equal(true);
  });

  it('counts each identity once, however often it is given', () => {
    const twoOfOne = "AND('HarbourMSP.member', 'HarbourMSP.member')";
    expect(decides(twoOfOne, [peer('Harbour'), peer('Harbour')])).to.equal(false);
    expect(decides(twoOfOne, [peer('Harbour'), client('Harbour')])).to.equal(true);
  });

  it('is evaluated in order and without looking back, as in Fabric', () => {
    const greedy = "AND('HarbourMSP.member', 'HarbourMSP.peer')";
    expect(decides(greedy, [client('Harbour'), peer('Harbour')])).to.equal(true);
    expect(decides(greedy, [peer('Harbour'), client('Harbour')])).to.equal(false);
  });

  it('gives back what a branch that failed had used', () => {
    const policy = "OR(AND('HarbourMSP.peer', 'OrchardMSP.peer'), 'HarbourMSP.peer')";
    expect(decides(policy, [peer('Harbour')])).to.equal(true);
  });

  it('can name one certificate', () => {
    const policy = new common.SignaturePolicyEnvelope();
    const principal = new msp.MSPPrincipal();
    principal.setPrincipalClassification(msp.MSPPrincipal.Classification.IDENTITY);
    principal.setPrincipal(serializeIdentity('HarbourMSP', client('Harbour').certificate.toString()));
    policy.setIdentitiesList([principal]);
    policy.setRule(signedBy(0));
    expect(satisfies(policy, [client('Harbour')])).to.equal(true);
    expect(satisfies(policy, [certified.identity('HarbourMSP', 'Delegate'), peer('Harbour')])).to.equal(false);
  });

  it('that nobody must satisfy is satisfied, one that nobody can satisfy is not', () => {
    const policy = new common.SignaturePolicyEnvelope();
    policy.setRule(nOutOf(0, []));
    expect(satisfies(policy, [])).to.equal(true);
    const impossible = new common.SignaturePolicyEnvelope();
    impossible.setRule(nOutOf(1, []));
    expect(satisfies(impossible, [peer('Harbour')])).to.equal(false);
  });

  it('survives its own bytes', () => {
    const policy = readPolicy(signaturePolicy("OR('HarbourMSP.peer')").serializeBinary());
    expect(satisfies(policy, [peer('Harbour')])).to.equal(true);
  });

  describe('is refused', () => {
    const refused = (change: (policy: common.SignaturePolicyEnvelope) => void, reason: string): void => {
      const policy = signaturePolicy("AND('HarbourMSP.peer', 'OrchardMSP.peer')");
      change(policy);
      expect(() => readPolicy(policy.serializeBinary())).to.throw(InvalidPolicyError, reason);
    };

    it('when its bytes are none', () => {
      expect(() => readPolicy(Buffer.from('rubbish'))).to.throw(InvalidPolicyError, 'unmarshalling');
    });

    it('when it is empty', () => {
      expect(() => readPolicy(Buffer.alloc(0))).to.throw(InvalidPolicyError, 'Empty policy element');
      refused((policy) => policy.setRule(nOutOf(1, [new common.SignaturePolicy()])), 'Empty policy element');
    });

    it('when it is of another version', () => refused((policy) => policy.setVersion(1), 'version was 1'));

    it('when it names a principal that is not listed', () => {
      refused((policy) => policy.setIdentitiesList([]), 'identity index out of range, requested 0');
      refused((policy) => policy.setRule(signedBy(-1)), 'identity index out of range, requested -1');
    });

    it('when it uses principals that this network does not know', () => {
      const principal = new msp.MSPPrincipal();
      principal.setPrincipalClassification(msp.MSPPrincipal.Classification.ORGANIZATION_UNIT);
      refused((policy) => policy.setIdentitiesList([principal, principal]), 'principal type 1 is not supported');
    });

    it('when a principal cannot be read', () => {
      const principal = new msp.MSPPrincipal();
      principal.setPrincipal(Buffer.from([0x0a, 0x09]));
      refused((policy) => policy.setIdentitiesList([principal, principal]), 'principal cannot be read');
    });
  });
});

describe('A majority of clubs', () => {
  const mspIds = ['AMSP', 'BMSP', 'CMSP', 'DMSP', 'EMSP'];
  let peers: Identity[];
  let certified: Certified;

  before(async () => {
    certified = await Certified.create(consortiumOf(5));
    peers = certified.organizations
      .filter(({ organization }) => organization.kind === 'peer')
      .map(({ organization }) => certified.identity(organization.mspId, 'peer0'));
    mspIds.splice(0, mspIds.length, ...peers.map(({ mspId }) => mspId));
  });

  it('is more than half of them', () => {
    fc.assert(
      fc.property(fc.nat(5), fc.shuffledSubarray([0, 1, 2, 3, 4]), (clubs, endorsing) => {
        const electorate = mspIds.slice(0, clubs);
        const endorsers = peers.filter((_, index) => endorsing.includes(index));
        const endorsed = endorsing.filter((index) => index < clubs).length;
        expect(satisfiesMajority(electorate, endorsers)).to.equal(clubs === 0 || endorsed > clubs / 2);
      }),
    );
  });

  it('is made by peers, not by clients, and by each club once', () => {
    const three = mspIds.slice(0, 3);
    const [first, second] = peers;
    if (!first || !second) throw new Error('no peers');
    expect(satisfiesMajority(three, [first, first])).to.equal(false);
    expect(satisfiesMajority(three, [first, certified.identity(second.mspId, 'Client')])).to.equal(false);
    expect(satisfiesMajority(three, [first, second])).to.equal(true);
  });
});
