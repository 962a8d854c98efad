import { expect } from 'chai';
import fc from 'fast-check';
import { canonicalJson } from '../../src/ledger/canonicalJson';

describe('canonical JSON', () => {
  const canonical = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.constant(null),
      fc.boolean(),
      fc.maxSafeInteger(),
      fc.string({ unit: 'grapheme' }),
      fc.array(tie('value'), { maxLength: 5 }),
      fc.dictionary(fc.string({ unit: 'grapheme' }), tie('value'), { maxKeys: 5 }),
    ),
  })).value;

  it('reads back as the same value', () => {
    fc.assert(
      fc.property(canonical, (value) => {
        expect(JSON.parse(canonicalJson(value))).to.deep.equal(normal(value));
      }),
    );
  });

  it("does not depend on the order of an object's keys", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), canonical), (object) => {
        const reversed = Object.fromEntries(Object.entries(object).reverse());
        expect(canonicalJson(reversed)).to.equal(canonicalJson(object));
      }),
    );
  });

  it('leaves out members that are undefined and knows no negative zero', () => {
    expect(canonicalJson({ b: undefined, a: -0 })).to.equal('{"a":0}');
  });

  for (const [what, value] of Object.entries({
    'a fraction': 0.5,
    'a number beyond 2^53': 2 ** 53,
    'an infinite number': Infinity,
    'a lone surrogate': '\ud800',
    'a key with a lone surrogate': { '\udfff': 1 },
    'undefined in an array': [undefined],
    'a function': () => 1,
    'a bigint': 1n,
  })) {
    it(`refuses ${what}`, () => expect(() => canonicalJson(value)).to.throw(TypeError));
  }

  /** JSON has no negative zero, and parsing gives plain prototypes. */
  const normal = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
});
