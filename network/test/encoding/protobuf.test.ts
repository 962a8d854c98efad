import { common, peer } from '@hyperledger/fabric-protos';
import { expect } from 'chai';
import * as fc from 'fast-check';
import { MalformedMessageError, Message } from '../../src/encoding/protobuf.js';

const hex = (text: string): Buffer => Buffer.from(text, 'hex');

describe('A protobuf message', () => {
  it('reads what the generated classes write', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme' }),
        fc.uint8Array(),
        fc.integer({ min: 0, max: 2 ** 53 - 1 }),
        (text, bytes, epoch) => {
          const header = new common.ChannelHeader();
          header.setChannelId(text);
          header.setExtension$(bytes);
          header.setEpoch(epoch);
          const message = new Message(header.serializeBinary());
          expect(message.text(4)).to.equal(text);
          expect(message.bytes(7).equals(bytes)).to.equal(true);
          expect(message.integer(6)).to.equal(epoch);
        },
      ),
    );
  });

  it('reads negative numbers', () => {
    const response = new peer.Response();
    response.setStatus(-1);
    expect(new Message(response.serializeBinary()).integer(1)).to.equal(-1);
  });

  it('has zero values for what is absent, and tells absent from empty', () => {
    const message = new Message(hex('0a00'));
    expect([message.has(1), message.has(2)]).to.deep.equal([true, false]);
    expect([message.text(2), message.integer(2), message.flag(2)]).to.deep.equal(['', 0, false]);
    expect(message.optionalMessage(2)).to.equal(undefined);
  });

  it('takes the last of several values, and merges several messages', () => {
    expect(new Message(hex('08010802')).integer(1)).to.equal(2);
    expect(new Message(hex('0a01610a0162')).text(1)).to.equal('b');
    const merged = new Message(hex('0a0208010a021002')).message(1);
    expect([merged.integer(1), merged.integer(2)]).to.deep.equal([1, 2]);
  });

  it('passes over fields it was not asked for', () => {
    const message = new Message(hex('0d010203041101020304050607081805'));
    expect(message.integer(3)).to.equal(5);
  });

  it('refuses text that is not UTF-8', () => {
    expect(() => new Message(hex('0a05ff41424344')).text(1)).to.throw(MalformedMessageError, 'UTF-8');
  });

  for (const [what, bytes] of [
    ['a key that is cut short', '80'],
    ['a value that is cut short', '0880'],
    ['bytes that are cut short', '0a0541'],
    ['a length beyond all memory', '0affffffffffffffffff01'],
    ['a fixed value that is cut short', '0d0102'],
    ['a varint of eleven bytes', '08ffffffffffffffffffff01'],
    ['field number zero', '0001'],
    ['a group', '0b0c'],
  ] as const)
    it(`refuses ${what}`, () => {
      expect(() => new Message(hex(bytes))).to.throw(MalformedMessageError);
    });

  it('refuses a number that JavaScript cannot count', () => {
    expect(() => new Message(hex('08ffffffffffffffff7f')).integer(1)).to.throw(MalformedMessageError, 'out of range');
  });
});
