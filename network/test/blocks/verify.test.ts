import { common, peer } from '@hyperledger/fabric-protos';
import { expect } from 'chai';
import { parseBlock, type Block } from '../../src/blocks/block.js';
import { dataHash, headerBytes, headerHash } from '../../src/blocks/header.js';
import { verifyOrdering } from '../../src/blocks/verifyOrdering.js';
import {
  BlockVerificationError,
  verifyBlock,
  verifyDataHash,
  verifyTransactions,
  type Trust,
} from '../../src/blocks/verify.js';
import { publicPart } from '../../src/certificates/organization.js';
import { readChannel } from '../../src/genesis/channel.js';
import { createGenesisBlock } from '../../src/genesis/genesisBlock.js';
import { Msps } from '../../src/identity/msp.js';
import { signLowS } from '../../src/identity/sign.js';
import { Certified, type Signer } from '../certified.js';
import { consortiumOf } from '../consortiumOf.js';
import { realBlock, type RealBlock } from '../fixtures.js';
import { endorsedEnvelope } from './endorsed.js';

const PREVIOUS = '038-valid-private-AB';
const NEXT = '039-policy-failure-private-AB-by-A-only';

function trustIn(configBlock: Uint8Array): Trust {
  const channel = readChannel(configBlock);
  return { channel, msps: new Msps(channel.mspDefinitions, () => Date.now()) };
}

/** The real block after a change of its message. */
function changed(name: RealBlock, change: (block: common.Block) => void): Block {
  const block = common.Block.deserializeBinary(realBlock(name));
  change(block);
  return parseBlock(block.serializeBinary());
}

/** A change of the metadata that the ordering service signed. */
function signatures(change: (metadata: common.Metadata) => void): (block: common.Block) => void {
  return (block) => {
    const slots = block.getMetadata()?.getMetadataList_asU8() ?? [];
    const metadata = common.Metadata.deserializeBinary(slots[0] ?? new Uint8Array());
    change(metadata);
    block.getMetadata()?.setMetadataList([metadata.serializeBinary(), ...slots.slice(1)]);
  };
}

function flip(bytes: Uint8Array): Buffer {
  const copy = Buffer.from(bytes);
  copy.writeUInt8(copy.readUInt8(copy.length - 1) ^ 1, copy.length - 1);
  return copy;
}

function fault(verification: () => unknown): string {
  try {
    verification();
  } catch (error) {
    if (error instanceof BlockVerificationError) return error.fault;
    throw error;
  }
  return 'none';
}

describe('Blocks of real Fabric', () => {
  const trust = trustIn(realBlock('000-genesis-config'));
  const ordered = (block: Block): boolean => verifyOrdering(block, trust.channel, trust.msps);

  for (const name of [
    '038-valid-private-AB',
    '039-policy-failure-private-AB-by-A-only',
    '086-from-orderer-no-flags',
    '086-valid-and-mvcc',
    '121-ten-tx-after-SubmitError',
    '134-valid-private-AB-with-event',
    '135-policy-failure-event-only',
    '143-valid-explicit-own-collections',
    '279-lifecycle-commit-sequence5',
    '284-config-update-adds-ClubD',
  ] as const)
    it(`verify with the genesis block alone: ${name}`, () => {
      const block = parseBlock(realBlock(name));
      verifyDataHash(block);
      expect(ordered(block)).to.equal(true);
      for (const transaction of verifyTransactions(block, trust)) {
        expect(transaction.fault).to.equal(undefined);
        expect(transaction.brokenEndorsements).to.equal(0);
      }
    });

  it('show who proposed, who endorsed and who ordered a change of the configuration', () => {
    const [transaction] = verifyTransactions(parseBlock(realBlock('143-valid-explicit-own-collections')), trust);
    expect(transaction?.creator?.mspId).to.equal('ClubAMSP');
    expect(transaction?.creator?.role).to.equal('client');
    expect(transaction?.endorsers.map(({ mspId, role }) => `${mspId} ${role}`)).to.deep.equal([
      'ClubAMSP peer',
      'ClubBMSP peer',
    ]);
    const [config] = verifyTransactions(parseBlock(realBlock('284-config-update-adds-ClubD')), trust);
    expect(config?.creator?.role).to.equal('orderer');
  });

  it('follow each other', () => {
    const [previous, next] = [parseBlock(realBlock(PREVIOUS)), parseBlock(realBlock(NEXT))];
    expect(verifyBlock(next, previous, trust)).to.have.length(1);
    expect(fault(() => verifyBlock(previous, next, trust))).to.equal('SUCCESSION');
    const other = changed(PREVIOUS, (block) => block.getHeader()?.setDataHash(flip(previous.dataHash)));
    expect(fault(() => verifyBlock(next, other, trust))).to.equal('SUCCESSION');
  });

  it('that are changed in the data do not verify', () => {
    const block = changed(NEXT, (one) => {
      const data = one.getData();
      data?.setDataList(data.getDataList_asU8().map(flip));
    });
    expect(fault(() => verifyDataHash(block))).to.equal('DATA_HASH');
    const previous = parseBlock(realBlock(PREVIOUS));
    expect(fault(() => verifyBlock(block, previous, trust))).to.equal('DATA_HASH');
    const rehashed = { ...block, dataHash: dataHash(block.envelopes) };
    expect(fault(() => verifyBlock(rehashed, previous, trust))).to.equal('ORDERING');
  });

  for (const [what, change] of [
    ['the number', (block: common.Block) => block.getHeader()?.setNumber(40)],
    ['the previous hash', (block: common.Block) => block.getHeader()?.setPreviousHash(Buffer.alloc(32))],
    ['the data hash', (block: common.Block) => block.getHeader()?.setDataHash(Buffer.alloc(32))],
    ['what was signed beside the header', signatures((metadata) => metadata.setValue(flip(metadata.getValue_asU8())))],
    [
      'one signature of the three that are needed',
      signatures((metadata) => {
        const [first] = metadata.getSignaturesList();
        first?.setSignature(flip(first.getSignature_asU8()));
      }),
    ],
    [
      'a missing signature',
      signatures((metadata) => metadata.setSignaturesList(metadata.getSignaturesList().slice(1))),
    ],
    [
      'one signature given three times',
      signatures((metadata) => {
        const [first] = metadata.getSignaturesList();
        metadata.setSignaturesList(first ? [first, first, first] : []);
      }),
    ],
    [
      'a signer that is no ordering node',
      signatures((metadata) => {
        const stranger = new common.IdentifierHeader();
        stranger.setIdentifier(9);
        metadata.getSignaturesList()[0]?.setIdentifierHeader(stranger.serializeBinary());
      }),
    ],
    [
      'a signer that cannot be read',
      signatures((metadata) => metadata.getSignaturesList()[0]?.setIdentifierHeader(Uint8Array.of(0x80))),
    ],
  ] as const)
    it(`that are changed in ${what} are not what the ordering service signed`, () => {
      expect(ordered(parseBlock(realBlock(NEXT)))).to.equal(true);
      expect(ordered(changed(NEXT, change))).to.equal(false);
    });

  it('that call an envelope valid which nobody signed do not verify', () => {
    const forged = changed(PREVIOUS, (block) => {
      const [bytes = new Uint8Array()] = block.getData()?.getDataList_asU8() ?? [];
      const envelope = common.Envelope.deserializeBinary(bytes);
      envelope.setSignature(flip(envelope.getSignature_asU8()));
      block.getData()?.setDataList([envelope.serializeBinary()]);
    });
    expect(fault(() => verifyTransactions(forged, trust))).to.equal('VALIDATION_CODES');
    const unflagged = { ...forged, metadata: { ...forged.metadata, flags: Buffer.alloc(0) } };
    const [transaction] = verifyTransactions(unflagged, trust);
    expect(transaction?.creator).to.equal(undefined);
    expect(transaction?.fault).to.equal('The signature is invalid');
  });

  it('that call an envelope of another channel valid do not verify', () => {
    const elsewhere = { ...trust, channel: { ...trust.channel, name: 'other' } };
    expect(fault(() => verifyTransactions(parseBlock(realBlock(PREVIOUS)), elsewhere))).to.equal('VALIDATION_CODES');
    expect(fault(() => verifyTransactions(parseBlock(realBlock(NEXT)), elsewhere))).to.equal('none');
  });

  it('with a code too many do not verify', () => {
    const block = parseBlock(realBlock(NEXT));
    const metadata = { ...block.metadata, flags: Buffer.of(10, 10) };
    expect(fault(() => verifyTransactions({ ...block, metadata }, trust))).to.equal('VALIDATION_CODES');
  });
});

describe('A block of a single ordering node', () => {
  let certified: Certified;
  let trust: Trust;
  let genesis: Block;

  before(async () => {
    const consortium = consortiumOf(2);
    certified = await Certified.create(consortium);
    const organizations = certified.organizations.map(publicPart);
    const bytes = createGenesisBlock(consortium, organizations, { consensus: 'devnet', now: new Date() });
    genesis = parseBlock(bytes);
    trust = trustIn(bytes);
  });

  /** Block 1, ordered and signed as devnet and Raft do it: the signature names its signer. */
  function blockBy(signer: Signer): Block {
    const creator = certified.signer('HarbourMSP', 'Client');
    const envelopes = [endorsedEnvelope({ creator, endorsers: [certified.signer('HarbourMSP', 'peer0')] })];
    const header = new common.SignatureHeader();
    header.setCreator(signer.serialized);
    header.setNonce(Buffer.alloc(24, 1));
    const signatureHeader = Buffer.from(header.serializeBinary());
    const previousHash = headerHash(genesis.number, genesis.previousHash, genesis.dataHash);
    const hash = dataHash(envelopes);
    const orderingValue = genesis.metadata.orderingValue;
    const signature = signLowS(
      signer.key,
      Buffer.concat([orderingValue, signatureHeader, headerBytes(1, previousHash, hash)]),
    );
    const orderingSignatures = [{ signature, signatureHeader, identifierHeader: Buffer.alloc(0) }];
    const flags = Buffer.of(peer.TxValidationCode.VALID);
    return {
      number: 1,
      previousHash,
      dataHash: hash,
      envelopes,
      metadata: { ...genesis.metadata, orderingSignatures, orderingValue, flags },
    };
  }

  it('verifies', () => {
    const [transaction] = verifyBlock(blockBy(certified.signer('OfficeOrdMSP', 'orderer')), genesis, trust);
    expect(transaction?.endorsers.map(({ mspId }) => mspId)).to.deep.equal(['HarbourMSP']);
  });

  it('signed by a club, or by a node that does not order here, does not', () => {
    for (const [mspId, name] of [
      ['HarbourMSP', 'peer0'],
      ['HarbourOrdMSP', 'orderer'],
    ] as const) {
      const block = blockBy(certified.signer(mspId, name));
      expect(fault(() => verifyBlock(block, genesis, trust))).to.equal('ORDERING');
    }
  });
});
