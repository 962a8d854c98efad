import { common } from '@hyperledger/fabric-protos';
import { expect } from 'chai';
import { parseBlock } from '../../src/blocks/block.js';
import { parseEnvelope } from '../../src/blocks/envelope.js';
import { signaturePolicy } from '../../src/identity/policyLanguage.js';
import { InvalidPolicyError } from '../../src/identity/policy.js';
import { realBlock } from '../fixtures.js';

const bytes = (policy: string): string => Buffer.from(signaturePolicy(policy).serializeBinary()).toString('hex');

/** What Fabric's configtxgen made of a policy of club A, from a real genesis block. */
function fabricsBytes(name: string): string {
  const [envelope = Buffer.alloc(0)] = parseBlock(realBlock('000-genesis-config')).envelopes;
  const root = common.ConfigEnvelope.deserializeBinary(parseEnvelope(envelope).data).getConfig()?.getChannelGroup();
  const club = root?.getGroupsMap().get('Application')?.getGroupsMap().get('ClubAMSP');
  const policy = club?.getPoliciesMap().get(name)?.getPolicy();
  if (!policy) throw new Error(`no policy ${name}`);
  return Buffer.from(policy.getValue_asU8()).toString('hex');
}

describe('The policy language', () => {
  it("gives the bytes that Fabric's own tools give", () => {
    expect(bytes("OR('ClubAMSP.peer')")).to.equal(fabricsBytes('Endorsement'));
    expect(bytes("OR('ClubAMSP.admin')")).to.equal(fabricsBytes('Admins'));
    expect(bytes("OR('ClubAMSP.admin', 'ClubAMSP.client')")).to.equal(fabricsBytes('Writers'));
    expect(bytes("OR('ClubAMSP.admin','ClubAMSP.peer','ClubAMSP.client')")).to.equal(fabricsBytes('Readers'));
  });

  it('numbers the principals of inner gates first', () => {
    const policy = signaturePolicy("OR('A.peer', AND('B.peer', 'C.member'))");
    const principals = policy.getIdentitiesList().map((one) => Buffer.from(one.getPrincipal_asU8()).toString('latin1'));
    expect(principals.map((text) => text.slice(2, 3))).to.deep.equal(['B', 'C', 'A']);
    const [first, second] = policy.getRule()?.getNOutOf()?.getRulesList() ?? [];
    expect(first?.getSignedBy()).to.equal(2);
    expect(second?.getNOutOf()?.getN()).to.equal(2);
  });

  it('does not care about case of gates, kind of quotes and spaces', () => {
    const plain = bytes("AND('A.peer', 'B.peer')");
    for (const same of ['and("A.peer","B.peer")', " And ( 'A.peer' , 'B.peer' ) ", "OutOf(2,'A.peer','B.peer')"])
      expect(bytes(same), same).to.equal(plain);
    expect(bytes("OutOf('2', 'A.peer', 'B.peer')")).to.equal(plain);
    expect(bytes("OR('A.peer','B.peer')")).to.equal(bytes("outof(1, 'A.peer', 'B.peer')"));
  });

  it('allows one more than there are, which nobody can satisfy, and none, which everybody does', () => {
    expect(signaturePolicy("OutOf(2, 'A.peer')").getRule()?.getNOutOf()?.getN()).to.equal(2);
    expect(signaturePolicy("OutOf(0, 'A.peer')").getRule()?.getNOutOf()?.getN()).to.equal(0);
  });

  for (const [policy, reason] of [
    ['', 'expected name'],
    ["'A.peer'", 'expected name'],
    ["OR('A.peer'", 'expected ,'],
    ["OR('A.peer' 'B.peer')", 'expected ,'],
    ["OR('A.peer') more", 'invalid policy string'],
    ["OR('A.peer').x", 'invalid policy string'],
    ['OR()', 'expected at least two arguments'],
    ["OutOf(3, 'A.peer')", 'invalid t-out-of-n predicate, t 3, n 1'],
    ["OutOf('A.peer', 'B.peer')", 'expected a number'],
    ["OutOf(-1, 'A.peer')", 'invalid policy string'],
    ["NOT('A.peer')", "unrecognized token 'NOT'"],
    ["OR('A.boss')", 'error parsing principal A.boss'],
    ["OR('A')", 'error parsing principal A'],
    ["OR('A B.peer')", 'error parsing principal'],
    ["OR('A.peer', OR)", 'expected ('],
  ] as const)
    it(`refuses ${policy === '' ? 'nothing' : policy}`, () => {
      expect(() => signaturePolicy(policy)).to.throw(InvalidPolicyError, reason);
    });
});
