import { expect } from 'chai';
import * as fc from 'fast-check';
import {
  DER_INTEGER,
  DER_OCTET_STRING,
  DER_SEQUENCE,
  MalformedDerError,
  derElement,
  derUnsignedInteger,
  readDerElement,
} from '../../src/encoding/der.js';

const hex = (text: string): Buffer => Buffer.from(text, 'hex');

describe('DER', () => {
  it('writes unsigned numbers without leading zeros, but keeps them positive', () => {
    expect(derUnsignedInteger(hex('00000000')).toString('hex')).to.equal('020100');
    expect(derUnsignedInteger(hex('0000007f')).toString('hex')).to.equal('02017f');
    expect(derUnsignedInteger(hex('00000080')).toString('hex')).to.equal('02020080');
    expect(derUnsignedInteger(hex('0100')).toString('hex')).to.equal('02020100');
  });

  it('reads back what it wrote, whatever the length', () => {
    const lengths = fc.constantFrom(0, 1, 127, 128, 255, 256, 65_535, 65_536);
    fc.assert(
      fc.property(lengths, fc.nat(100), (length, offset) => {
        const content = Buffer.alloc(length, 7);
        const element = derElement(DER_OCTET_STRING, content);
        const read = readDerElement(Buffer.concat([Buffer.alloc(offset), element]), offset, DER_OCTET_STRING);
        expect(read.content.equals(content)).to.equal(true);
        expect(read.end).to.equal(offset + element.length);
      }),
    );
  });

  for (const [what, bytes] of [
    ['another tag', '020101'],
    ['a missing length', '30'],
    ['a long length that is cut short', '3082ff'],
    ['a length in more bytes than needed', '300081'.replace('0081', '8101')],
    ['a length with a leading zero', '308200ff'],
    ['an indefinite length', '3080'],
    ['content that is cut short', '30050101'],
  ] as const)
    it(`refuses ${what}`, () => {
      expect(() => readDerElement(hex(bytes), 0, DER_SEQUENCE)).to.throw(MalformedDerError);
    });

  it('reads any tag when none is expected', () => {
    expect(readDerElement(hex('020105'), 0).tag).to.equal(DER_INTEGER);
  });
});
