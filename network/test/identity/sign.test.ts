import { generateKeyPairSync, sign, verify } from 'node:crypto';
import { expect } from 'chai';
import { DER_SEQUENCE, derElement, derUnsignedInteger } from '../../src/encoding/der.js';
import { isVerifiable, readSignature, sha256, signLowS, toLowS, verifyLowS } from '../../src/identity/sign.js';

const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const DATA = Buffer.from('what was agreed');
const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });

const der = (r: bigint, s: bigint): Buffer => derElement(DER_SEQUENCE, integer(r), integer(s));
const integer = (value: bigint): Buffer =>
  derUnsignedInteger(Buffer.from(value.toString(16).padStart(134, '0'), 'hex'));

function numbers(signature: Buffer): { r: bigint; s: bigint } {
  const read = readSignature(signature);
  if (!read) throw new Error('not a signature');
  return read;
}

describe('A signature', () => {
  it('verifies, and OpenSSL agrees', () => {
    const signature = signLowS(privateKey, DATA);
    expect(verifyLowS(publicKey, DATA, signature)).to.equal(true);
    expect(verifyLowS(publicKey, Buffer.from('something else'), signature)).to.equal(false);
    expect(verify('sha256', DATA, publicKey, signature)).to.equal(true);
  });

  it('always has the low s', () => {
    for (let round = 0; round < 40; round++) expect(numbers(signLowS(privateKey, DATA)).s <= ORDER / 2n).to.equal(true);
  });

  it('with the high s is refused, although it is a signature too', () => {
    const { r, s } = numbers(signLowS(privateKey, DATA));
    const high = der(r, ORDER - s);
    expect(verifyLowS(publicKey, DATA, high)).to.equal(false);
    expect(toLowS({ r, s: ORDER - s })).to.deep.equal({ r, s });
  });

  it('may be followed by bytes that nobody looks at, as in Fabric', () => {
    const signature = Buffer.concat([signLowS(privateKey, DATA), Buffer.from('more')]);
    expect(verifyLowS(publicKey, DATA, signature)).to.equal(true);
  });

  for (const [curve, order] of [
    ['secp224r1', 0xffffffffffffffffffffffffffff16a2e0b8f03e13dd29455c5c2a3dn],
    ['P-256', ORDER],
    [
      'P-384',
      BigInt('0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973'),
    ],
    ['P-521', (1n << 521n) - 0x5ae79787c40d069948033feb708f65a2fc44a36477663b851449048e16ec79bf7n],
  ] as const)
    it(`on ${curve} verifies with the low s alone`, () => {
      const keys = generateKeyPairSync('ec', { namedCurve: curve });
      const { r, s } = numbers(sign('sha256', DATA, keys.privateKey));
      const [low, high] = s <= order / 2n ? [s, order - s] : [order - s, s];
      expect(verifyLowS(keys.publicKey, DATA, der(r, low))).to.equal(true);
      expect(verifyLowS(keys.publicKey, DATA, der(r, high))).to.equal(false);
      expect(verifyLowS(keys.publicKey, Buffer.from('something else'), der(r, low))).to.equal(false);
    });

  it('of Ed25519 verifies over the data itself', () => {
    const keys = generateKeyPairSync('ed25519');
    const signature = sign(null, DATA, keys.privateKey);
    expect(verifyLowS(keys.publicKey, DATA, signature)).to.equal(true);
    expect(verifyLowS(keys.publicKey, Buffer.from('something else'), signature)).to.equal(false);
    expect(verifyLowS(keys.publicKey, DATA, Buffer.from('noise'))).to.equal(false);
  });

  it('of RSA is none that Fabric knows', () => {
    const keys = generateKeyPairSync('rsa', { modulusLength: 2048 });
    expect(isVerifiable(keys.publicKey)).to.equal(false);
    expect(verifyLowS(keys.publicKey, DATA, sign('sha256', DATA, keys.privateKey))).to.equal(false);
    expect(isVerifiable(publicKey)).to.equal(true);
  });

  const { r, s } = numbers(signLowS(privateKey, DATA));
  for (const [what, bytes] of [
    ['nothing', Buffer.alloc(0)],
    ['noise', Buffer.from('noise')],
    ['r of zero', der(0n, s)],
    ['s of zero', der(r, 0n)],
    ['r beyond the order of the curve', der(r + ORDER, s)],
    ['a negative r', derElement(DER_SEQUENCE, derElement(2, Buffer.of(0x80)), integer(s))],
    ['padded numbers', derElement(DER_SEQUENCE, derElement(2, Buffer.of(0, 1)), integer(s))],
    ['one number only', derElement(DER_SEQUENCE, integer(r))],
  ] as const)
    it(`is not ${what}`, () => {
      expect(verifyLowS(publicKey, DATA, bytes)).to.equal(false);
    });
});

describe('sha256', () => {
  it('hashes its parts as if they were one', () => {
    expect(sha256(Buffer.from('a'), Buffer.from('bc')).toString('hex')).to.equal(
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    );
  });
});
