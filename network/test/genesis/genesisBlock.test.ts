import { common } from '@hyperledger/fabric-protos';
import { expect } from 'chai';
import { parseBlock } from '../../src/blocks/block.js';
import { parseEnvelope } from '../../src/blocks/envelope.js';
import { dataHash } from '../../src/blocks/header.js';
import { publicPart, type PublicOrganization } from '../../src/certificates/organization.js';
import { loadConsortium, type Consortium } from '../../src/consortium.js';
import { readChannel } from '../../src/genesis/channel.js';
import type { Consensus } from '../../src/genesis/consensus.js';
import { createGenesisBlock } from '../../src/genesis/genesisBlock.js';
import { Certified } from '../certified.js';
import { consortiumOf } from '../consortiumOf.js';
import { CONSORTIUM_FILE, realBlock } from '../fixtures.js';

const NOW = new Date('2026-06-01T12:00:00Z');

/** Names of all groups, values and policies of a configuration, with the policy that may change each. */
function outline(block: Uint8Array): string[] {
  const [envelope = Buffer.alloc(0)] = parseBlock(block).envelopes;
  const root = common.ConfigEnvelope.deserializeBinary(parseEnvelope(envelope).data).getConfig()?.getChannelGroup();
  return root ? outlineOf('Channel', root) : [];
}

function outlineOf(path: string, group: common.ConfigGroup): string[] {
  const lines = [`${path} ${group.getModPolicy()}`];
  group.getValuesMap().forEach((value, name) => lines.push(`${path}#${name} ${value.getModPolicy()}`));
  group.getPoliciesMap().forEach((policy, name) => {
    lines.push(`${path}@${name} ${policy.getModPolicy()} ${policy.getPolicy()?.getType()}`);
  });
  group.getGroupsMap().forEach((inner, name) => lines.push(...outlineOf(`${path}/${name}`, inner)));
  return lines;
}

describe('A genesis block', () => {
  const consortium = loadConsortium(CONSORTIUM_FILE);
  let organizations: PublicOrganization[];

  const create = (consensus: Consensus, of: Consortium = consortium): Buffer =>
    createGenesisBlock(of, organizations, { consensus, now: NOW });

  before(async () => {
    organizations = (await Certified.create(consortium, NOW)).organizations.map(publicPart);
  });

  it('has the structure of one that configtxgen made for three clubs and four BFT nodes', () => {
    const ours = outline(create('BFT')).map((line) =>
      line
        .replace('HarbourOrdMSP', 'ClubAOrdMSP')
        .replace('StJuliansOrdMSP', 'ClubBOrdMSP')
        .replace('OrchardOrdMSP', 'ClubCOrdMSP')
        .replace('HarbourMSP', 'ClubAMSP')
        .replace('StJuliansMSP', 'ClubBMSP')
        .replace('OrchardMSP', 'ClubCMSP'),
    );
    expect(ours.sort()).to.deep.equal(outline(realBlock('000-genesis-config')).sort());
  });

  it('is block 0, unsigned, and hashes what is in it', () => {
    const block = parseBlock(create('BFT'));
    expect([block.number, block.previousHash.length, block.envelopes.length]).to.deep.equal([0, 0, 1]);
    expect(block.dataHash.equals(dataHash(block.envelopes))).to.equal(true);
    expect(block.metadata.orderingSignatures).to.deep.equal([]);
    const [envelope = Buffer.alloc(0)] = block.envelopes;
    const { type, channel, creator, nonce, timestampMs } = parseEnvelope(envelope);
    expect([type, channel, creator.length, nonce.length]).to.deep.equal([common.HeaderType.CONFIG, 'clubs', 0, 24]);
    expect(timestampMs).to.equal(NOW.getTime());
  });

  it('says who takes part and where they order', () => {
    const channel = readChannel(create('BFT'));
    expect(channel.name).to.equal('clubs');
    expect(channel.sequence).to.equal(0);
    expect(channel.applicationMspIds).to.deep.equal(['HarbourMSP', 'OrchardMSP', 'StJuliansMSP']);
    expect(channel.ordererMspIds).to.have.members(consortium.orderingNodes.map(({ mspId }) => mspId));
    expect(channel.ordererAddresses).to.have.members(
      ['6050', '6150', '6250', '6350'].map((port) => `localhost:${port}`),
    );
    expect(channel.batchSize).to.deep.equal({
      maxMessages: 100,
      absoluteMaxBytes: 10_485_760,
      preferredMaxBytes: 1_048_576,
    });
    expect(channel.batchTimeoutMs).to.equal(200);
    const definitions = new Map(channel.mspDefinitions.map((one) => [one.mspId, one]));
    for (const { msp } of organizations) expect(definitions.get(msp.mspId)).to.deep.equal(msp);
  });

  it('under BFT numbers the ordering nodes, of which a quorum must sign a block', () => {
    const { consensus, consenters, blockValidation } = readChannel(create('BFT'));
    expect(consensus).to.equal('BFT');
    expect(consenters.map(({ id, port }) => [id, port])).to.deep.equal([
      [1, 6050],
      [2, 6150],
      [3, 6250],
      [4, 6350],
    ]);
    expect(blockValidation.threshold).to.equal(1);
    expect(blockValidation.policies[0]?.getRule()?.getNOutOf()?.getN()).to.equal(3);
  });

  for (const [nodes, quorum] of [
    [3, 2],
    [4, 3],
    [6, 4],
    [7, 5],
  ] as const)
    it(`under BFT with ${nodes} nodes needs ${quorum} signatures`, async () => {
      const larger = consortiumOf(nodes - 1);
      const certified = (await Certified.create(larger, NOW)).organizations.map(publicPart);
      const { blockValidation } = readChannel(createGenesisBlock(larger, certified, { consensus: 'BFT', now: NOW }));
      expect(blockValidation.policies[0]?.getRule()?.getNOutOf()?.getN()).to.equal(quorum);
    });

  it('under Raft names the nodes of the clubs, on devnet the one of the office', () => {
    const raft = readChannel(create('etcdraft'));
    expect(raft.consensus).to.equal('etcdraft');
    expect(raft.ordererMspIds).to.deep.equal(['HarbourOrdMSP', 'OrchardOrdMSP', 'StJuliansOrdMSP']);
    const devnet = readChannel(create('devnet'));
    expect(devnet.consensus).to.equal('devnet');
    expect(devnet.ordererMspIds).to.deep.equal(['OfficeOrdMSP']);
    expect(devnet.ordererAddresses).to.deep.equal(['localhost:6350']);
    for (const { consenters, blockValidation } of [raft, devnet]) {
      expect(consenters).to.deep.equal([]);
      expect(blockValidation.threshold).to.equal(1);
    }
  });

  it('needs the certificates of everyone in it', () => {
    const others = organizations.filter(({ msp }) => msp.mspId !== 'OrchardMSP');
    expect(() => createGenesisBlock(consortium, others, { consensus: 'devnet', now: NOW })).to.throw(
      'no certificates given for OrchardMSP',
    );
  });
});
