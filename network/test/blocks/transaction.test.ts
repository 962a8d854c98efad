import { common, peer } from '@hyperledger/fabric-protos';
import { expect } from 'chai';
import {
  MalformedEnvelopeError,
  parseEnvelope,
  requireCompleteHeader,
  type Envelope,
  type ValidationCode,
} from '../../src/blocks/envelope.js';
import { parseEndorserTransaction, type EndorserTransaction } from '../../src/blocks/transaction.js';
import { Certified, type Signer } from '../certified.js';
import { consortiumOf } from '../consortiumOf.js';
import { TIMESTAMP, endorsedEnvelope, signedEnvelope, type Parts } from './endorsed.js';
import { readWriteSet } from './readWriteSet.js';

const { TxValidationCode } = peer;
const CUT_SHORT = Uint8Array.of(0x0a, 0x09);

describe('An endorser transaction', () => {
  let creator: Signer;
  let endorser: Signer;

  before(async () => {
    const certified = await Certified.create(consortiumOf(2));
    creator = certified.signer('HarbourMSP', 'Client');
    endorser = certified.signer('HarbourMSP', 'peer0');
  });

  const envelopeOf = (parts: Partial<Parts>): Envelope =>
    parseEnvelope(endorsedEnvelope({ creator, endorsers: [endorser], ...parts }));
  const read = (parts: Partial<Parts>): EndorserTransaction => parseEndorserTransaction(envelopeOf(parts));

  it('is read as it was made', () => {
    const envelope = envelopeOf({});
    requireCompleteHeader(envelope);
    expect(envelope.channel).to.equal('clubs');
    expect(envelope.timestampMs).to.equal(TIMESTAMP.getTime());
    expect(envelope.creator.equals(creator.serialized)).to.equal(true);
    const transaction = parseEndorserTransaction(envelope);
    expect(transaction.chaincode).to.deep.equal({ name: 'basic', version: '1.0' });
    expect(transaction.response.payload.toString()).to.equal('result');
    expect(transaction.proposalHash.equals(transaction.expectedProposalHash)).to.equal(true);
    expect(transaction.endorsements.map((one) => one.endorser.equals(endorser.serialized))).to.deep.equal([true]);
    expect(transaction.event).to.equal(undefined);
  });

  it('may set an event', () => {
    expect(read({ eventChaincode: 'basic' }).event).to.deep.include({ name: 'Changed', chaincode: 'basic' });
  });

  it('cannot be changed by whoever reads it', () => {
    expect(Object.isFrozen(envelopeOf({}))).to.equal(true);
    expect(Object.isFrozen(read({}))).to.equal(true);
  });

  const refused = (code: ValidationCode, reading: () => unknown): void => {
    let found: unknown;
    try {
      reading();
    } catch (error) {
      found = error;
    }
    expect(found).to.be.instanceOf(MalformedEnvelopeError);
    expect(found).to.have.property('code', code);
  };

  it('in no envelope, without payload or without header has the code of the first thing missing', () => {
    refused(TxValidationCode.INVALID_OTHER_REASON, () => parseEnvelope(CUT_SHORT));
    refused(TxValidationCode.BAD_PAYLOAD, () => parseEnvelope(signedEnvelope(CUT_SHORT, creator)));
    const header = new common.Header();
    header.setChannelHeader(CUT_SHORT);
    const payload = new common.Payload();
    payload.setHeader(header);
    refused(TxValidationCode.BAD_COMMON_HEADER, () =>
      parseEnvelope(signedEnvelope(payload.serializeBinary(), creator)),
    );
  });

  for (const [what, parts] of [
    ['type', { type: 99 }],
    ['epoch', { epoch: 1 }],
    ['nonce', { nonce: new Uint8Array() }],
  ] as const)
    it(`with a wrong ${what} is BAD_COMMON_HEADER`, () => {
      refused(TxValidationCode.BAD_COMMON_HEADER, () => requireCompleteHeader(envelopeOf(parts)));
    });

  it('without creator is BAD_COMMON_HEADER', () => {
    const nobody = { ...creator, serialized: Buffer.alloc(0) };
    refused(TxValidationCode.BAD_COMMON_HEADER, () => requireCompleteHeader(envelopeOf({ creator: nobody })));
  });

  for (const [what, code, parts] of [
    ['no action', TxValidationCode.INVALID_ENDORSER_TRANSACTION, { actions: 0 }],
    ['two actions', TxValidationCode.INVALID_ENDORSER_TRANSACTION, { actions: 2 }],
    ['an action without nonce', TxValidationCode.INVALID_ENDORSER_TRANSACTION, { actionNonce: new Uint8Array() }],
    ['an unreadable header extension', TxValidationCode.BAD_HEADER_EXTENSION, { extension: CUT_SHORT }],
    ['an unreadable action', TxValidationCode.BAD_RESPONSE_PAYLOAD, { action: CUT_SHORT }],
    ['an unreadable read-write set', TxValidationCode.BAD_RWSET, { results: CUT_SHORT }],
    ['no chaincode in the header', TxValidationCode.INVALID_OTHER_REASON, { extension: new Uint8Array() }],
    ['no chaincode in the action', TxValidationCode.INVALID_OTHER_REASON, { executed: undefined }],
    ['an empty chaincode name', TxValidationCode.INVALID_CHAINCODE, { invoked: '' }],
    ['two chaincodes', TxValidationCode.INVALID_CHAINCODE, { invoked: 'other' }],
    ['no chaincode version', TxValidationCode.INVALID_CHAINCODE, { executed: { name: 'basic', version: '' } }],
    ["another chaincode's event", TxValidationCode.INVALID_OTHER_REASON, { eventChaincode: 'other' }],
    ['an unreadable event', TxValidationCode.INVALID_OTHER_REASON, { eventBytes: CUT_SHORT }],
  ] as const)
    it(`with ${what} is refused with code ${code}`, () => refused(code, () => read(parts)));

  it('that writes to one namespace twice is ILLEGAL_WRITESET', () => {
    const results = readWriteSet([{ namespace: 'basic' }, { namespace: 'basic' }]);
    refused(TxValidationCode.ILLEGAL_WRITESET, () => read({ results }));
  });

  it('with a key that is not UTF-8 is BAD_RWSET', () => {
    const results = readWriteSet([{ namespace: 'basic', rwset: Buffer.from('1a0c0a0261ff', 'hex') }]);
    refused(TxValidationCode.BAD_RWSET, () => read({ results }));
    const key = readWriteSet([{ namespace: 'basic', rwset: Buffer.from('1a040a0261ff', 'hex') }]);
    refused(TxValidationCode.BAD_RWSET, () => read({ results: key }));
  });
});
