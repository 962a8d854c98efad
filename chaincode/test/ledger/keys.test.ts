import { expect } from 'chai';
import fc from 'fast-check';
import { commands } from '../../src/contracts';
import { Refusal } from '../../src/ledger/refusal';
import { declaredKeys, keyKind } from '../../src/ledger/keys';

describe('ledger keys', () => {
  it('are injective: different parts never make one key', () => {
    const kinds = declaredKeys();
    const part = fc.stringMatching(/^[A-Za-z0-9_-]{1,12}$/);
    const made = fc.tuple(fc.constantFrom(...kinds), fc.array(part, { maxLength: 3 }));
    fc.assert(
      fc.property(made, made, ([kind, parts], [otherKind, otherParts]) => {
        const [key, other] = [textOf(kind, parts), textOf(otherKind, otherParts)];
        fc.pre(key !== undefined && other !== undefined);
        const same = kind === otherKind && parts.join('\0') === otherParts.join('\0');
        expect(key === other).to.equal(same);
      }),
    );
  });

  it('take no part that could be mistaken for another key', () => {
    const [pass] = declaredKeys().filter(({ prefix }) => prefix === 'pass');
    for (const bad of ['', 'a/b', 'a\0', 'ä', '\ud800', 'x'.repeat(81), 'a b', '.']) {
      expect(() => pass?.(bad), JSON.stringify(bad)).to.throw(Refusal, 'INVALID_REQUEST');
    }
  });

  it('have prefixes that are declared once, so that bilateral and own keys never meet', () => {
    expect(commands.size).to.be.greaterThan(0);
    expect(() => keyKind('pass', 'own', 'Act', 1)).to.throw('declared twice');
  });

  const textOf = (kind: (...parts: string[]) => { text: string }, parts: string[]): string | undefined => {
    try {
      return kind(...parts).text;
    } catch {
      return undefined;
    }
  };
});
