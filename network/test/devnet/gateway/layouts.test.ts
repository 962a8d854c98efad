import { peer, type common } from '@hyperledger/fabric-protos';
import { expect } from 'chai';
import { issueOrganization, publicPart } from '../../../src/certificates/organization.js';
import { Definitions } from '../../../src/devnet/definitions.js';
import {
  defaultInterest,
  layouts,
  protectCollections,
  protectedCollections,
} from '../../../src/devnet/gateway/layouts.js';
import type { ChaincodeDefinition } from '../../../src/devnet/ports.js';
import { readChannel } from '../../../src/genesis/channel.js';
import { serializeIdentity, Msps, type Identity } from '../../../src/identity/msp.js';
import { signaturePolicy } from '../../../src/identity/policyLanguage.js';
import { realBlock } from '../../fixtures.js';

const CLUBS = ['A', 'B', 'C', 'D', 'E'];

describe('The layouts of endorsers', () => {
  let peers: { identity: Identity }[];

  before(async () => {
    const now = new Date();
    const organizations = await Promise.all(
      CLUBS.map((name) =>
        issueOrganization(
          { kind: 'peer', mspId: `${name}MSP`, domain: `${name}.example`.toLowerCase(), hosts: [] },
          now,
        ),
      ),
    );
    const msps = new Msps(
      organizations.map((keys) => publicPart(keys).msp),
      Date.now,
    );
    peers = organizations.map(({ organization, node }) => ({
      identity: msps.identity(serializeIdentity(organization.mspId, node.identity.certificate)),
    }));
  });

  /** Letters of the clubs of each layout, for a gateway of club B. */
  function found(interest: peer.ChaincodeInterest, definition: Partial<ChaincodeDefinition> = {}): string[] {
    const channel = {
      ...readChannel(realBlock('000-genesis-config')),
      applicationMspIds: CLUBS.map((name) => `${name}MSP`),
    };
    const definitions = new Definitions([{ ...DEFINITION, ...definition }], channel);
    return layouts(interest, peers, 'BMSP', definitions).map((layout) =>
      layout.map(({ identity }) => identity.mspId.slice(0, 1)).join(''),
    );
  }

  it('are all majorities, those with the own club first', () => {
    const majorities = found(defaultInterest('plain'));
    expect(majorities).to.have.length(10);
    expect(majorities.slice(0, 6).every((layout) => layout.includes('B'))).to.equal(true);
    expect(majorities.every((layout) => layout.length === 3)).to.equal(true);
  });

  it('are the smallest sets that satisfy a policy, and no larger ones', () => {
    const endorsementPolicy = signaturePolicy("OR('AMSP.peer', AND('BMSP.peer', 'CMSP.peer'))");
    expect(found(defaultInterest('plain'), { endorsementPolicy })).to.deep.equal(['BC', 'A']);
  });

  it("go by a collection's own policy, and by the chaincode's where it has none", () => {
    expect(found(interestIn({ collections: ['own_B'] }))).to.deep.equal(['B']);
    expect(found(interestIn({ collections: ['plain'] })).every((layout) => layout.length === 3)).to.equal(true);
    expect(found(interestIn({ collections: ['own_B'] }, { collections: ['own_C'] }))).to.deep.equal(['BC']);
  });

  it('join the policies of keys, in place of or beside that of the chaincode', () => {
    const policies = [signaturePolicy("AND('DMSP.peer', 'EMSP.peer')")];
    expect(found(interestIn({ policies, disregard: true }))).to.deep.equal(['DE']);
    expect(found(interestIn({ policies }))).to.deep.equal(['BDE', 'ADE', 'CDE']);
  });

  it('leave out those who may not read what is read, and with transient data what is written', () => {
    expect(found(interestIn({ collections: ['shared'], reads: true }))).to.deep.equal(['ABC']);
    const written = interestIn(
      { collections: ['own_C'] },
      { policies: [signaturePolicy("OR('AMSP.peer')")], disregard: true },
    );
    expect(found(written)).to.deep.equal(['AC']);
    expect(protectedCollections(written)).to.deep.equal(['own_C']);
    expect(() => found(protectCollections(written))).to.throw('no peer combination can satisfy the endorsement policy');
  });

  it('do not exist for chaincodes and collections that are not defined', () => {
    expect(() => found(defaultInterest('other'))).to.throw('No metadata was found for chaincode other');
    expect(() => found(interestIn({ collections: ['none'] }))).to.throw("collection none doesn't exist");
  });
});

const DEFINITION: ChaincodeDefinition = {
  name: 'plain',
  version: '1.0',
  sequence: 1,
  packageId: 'plain:00',
  endorsementPolicy: 'MAJORITY Endorsement',
  collections: [
    collection('own_B', ['B'], "OR('BMSP.peer')"),
    collection('own_C', ['C'], "OR('CMSP.peer')"),
    collection('shared', ['A', 'B', 'C']),
    collection('plain', CLUBS),
  ],
};

function collection(name: string, members: string[], policy?: string): ChaincodeDefinition['collections'][number] {
  return {
    name,
    memberMspIds: members.map((member) => `${member}MSP`),
    requiredPeerCount: 0,
    maxPeerCount: 0,
    blockToLive: 0,
    memberOnlyRead: true,
    memberOnlyWrite: false,
    ...(policy === undefined ? {} : { endorsementPolicy: signaturePolicy(policy) }),
  };
}

interface Call {
  collections?: string[];
  reads?: boolean;
  policies?: common.SignaturePolicyEnvelope[];
  disregard?: boolean;
}

function interestIn(...calls: Call[]): peer.ChaincodeInterest {
  const interest = new peer.ChaincodeInterest();
  for (const { collections = [], reads = false, policies = [], disregard = false } of calls) {
    const call = new peer.ChaincodeCall();
    call.setName('plain');
    call.setCollectionNamesList(collections);
    call.setNoPrivateReads(!reads);
    call.setKeyPoliciesList(policies);
    call.setDisregardNamespacePolicy(disregard);
    interest.addChaincodes(call);
  }
  return interest;
}
