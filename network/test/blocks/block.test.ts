import { expect } from 'chai';
import { parseBlock } from '../../src/blocks/block.js';
import { parseEnvelope } from '../../src/blocks/envelope.js';
import { parseEndorserTransaction, type EndorserTransaction } from '../../src/blocks/transaction.js';
import { MalformedMessageError } from '../../src/encoding/protobuf.js';
import { sha256 } from '../../src/identity/sign.js';
import { realBlock, type RealBlock } from '../fixtures.js';

function onlyTransaction(name: RealBlock): EndorserTransaction {
  const [envelope = Buffer.alloc(0)] = parseBlock(realBlock(name)).envelopes;
  return parseEndorserTransaction(parseEnvelope(envelope));
}

function metadataOrRefusal(bytes: Buffer): unknown {
  try {
    return parseBlock(bytes).metadata;
  } catch (error) {
    expect(error).to.be.instanceOf(MalformedMessageError);
    return 'refused';
  }
}

describe('A block of real Fabric', () => {
  it('from a peer has a validation code per envelope and a commit hash', () => {
    const { number, metadata } = parseBlock(realBlock('086-valid-and-mvcc'));
    expect(number).to.equal(86);
    expect([...metadata.flags]).to.deep.equal([0, 11]);
    expect(metadata.commitHash).to.have.length(32);
    expect(metadata.lastConfigNumber).to.equal(0);
  });

  it('from an ordering node has neither, and the same header', () => {
    const ordered = parseBlock(realBlock('086-from-orderer-no-flags'));
    const committed = parseBlock(realBlock('086-valid-and-mvcc'));
    expect(ordered.metadata.flags).to.have.length(0);
    expect(ordered.metadata.commitHash).to.have.length(0);
    expect(ordered.dataHash.equals(committed.dataHash)).to.equal(true);
  });

  it('names the configuration in force', () => {
    expect(parseBlock(realBlock('279-lifecycle-commit-sequence5')).metadata.lastConfigNumber).to.equal(0);
    expect(parseBlock(realBlock('284-config-update-adds-ClubD')).metadata.lastConfigNumber).to.equal(284);
  });

  it('is signed by three of four ordering nodes in the BFT form', () => {
    const { orderingSignatures } = parseBlock(realBlock('143-valid-explicit-own-collections')).metadata;
    expect(orderingSignatures).to.have.length(3);
    for (const signature of orderingSignatures) {
      expect(signature.signatureHeader).to.have.length(0);
      expect(signature.identifierHeader).to.not.have.length(0);
    }
  });

  it('cut short anywhere is no block, or another one', () => {
    const bytes = realBlock('135-policy-failure-event-only');
    for (let length = 1; length < bytes.length; length += 97) {
      expect(metadataOrRefusal(bytes.subarray(0, length))).to.not.deep.equal(metadataOrRefusal(bytes));
    }
  });
});

describe('A transaction of real Fabric', () => {
  it('shows of private writes the hashes of keys and values, per collection', () => {
    const { readWriteSets } = onlyTransaction('143-valid-explicit-own-collections');
    const lab = readWriteSets.find(({ namespace }) => namespace === 'lab');
    expect(lab?.writes).to.deep.equal([]);
    expect(lab?.collections.map(({ collection }) => collection)).to.deep.equal(['own_ClubAMSP', 'own_ClubBMSP']);
    const [a, b] = lab?.collections ?? [];
    expect(a?.writes).to.have.length(1);
    expect(a?.writes[0]?.valueHash.equals(sha256(Buffer.from('A-only-secret2')))).to.equal(true);
    expect(a?.writes).to.deep.equal(b?.writes);
    expect(a?.pvtRwsetHash.equals(b?.pvtRwsetHash ?? Buffer.alloc(0))).to.equal(true);
  });

  it('shows public reads with their versions, and writes', () => {
    const [first = Buffer.alloc(0)] = parseBlock(realBlock('086-valid-and-mvcc')).envelopes;
    const { readWriteSets, chaincode } = parseEndorserTransaction(parseEnvelope(first));
    expect(chaincode).to.deep.equal({ name: 'lab', version: '1.0' });
    expect(readWriteSets.map(({ namespace }) => namespace)).to.deep.equal(['_lifecycle', 'lab']);
    const [lifecycle, lab] = readWriteSets;
    expect(lifecycle?.reads[0]?.key).to.equal('namespaces/fields/lab/Sequence');
    expect(lifecycle?.reads[0]?.version?.blockNumber).to.be.greaterThan(0);
    expect(lab?.reads.map(({ key }) => key)).to.deep.equal(lab?.writes.map(({ key }) => key));
  });

  it('has its event, its result and its endorsements', () => {
    const { event, response, endorsements } = onlyTransaction('134-valid-private-AB-with-event');
    expect(event?.name).to.equal('Changed');
    expect(event?.chaincode).to.equal('lab');
    expect(response.status).to.equal(200);
    expect(endorsements).to.have.length(2);
  });

  it('of the lifecycle writes the definition', () => {
    const { chaincode, readWriteSets } = onlyTransaction('279-lifecycle-commit-sequence5');
    expect(chaincode.name).to.equal('_lifecycle');
    expect(readWriteSets[0]?.writes.map(({ key }) => key)).to.deep.equal(['namespaces/fields/lab/Sequence']);
  });
});
