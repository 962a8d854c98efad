import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import { FieldCipher } from '../../src/members/fieldCipher.js';

describe('The cipher of fields about persons', () => {
  const secret = randomBytes(32);
  const cipher = new FieldCipher(secret);

  it('opens what it sealed, also in another process with the same key', () => {
    const sealed = cipher.seal('alias/1', 'HRB-1042');
    expect(new FieldCipher(secret).open('alias/1', sealed)).to.equal('HRB-1042');
  });

  it('never seals the same text to the same bytes, and shows nothing of it', () => {
    const [one, other] = [cipher.seal('alias/1', 'HRB-1042'), cipher.seal('alias/1', 'HRB-1042')];
    expect(one.equals(other)).to.equal(false);
    expect(one.includes('HRB')).to.equal(false);
  });

  it('opens nothing that was moved, altered or sealed with another key', () => {
    const sealed = cipher.seal('alias/1', 'HRB-1042');
    const altered = Buffer.from(sealed);
    altered[altered.length - 1] = (altered.at(-1) ?? 0) ^ 1;
    expect(() => cipher.open('alias/2', sealed)).to.throw();
    expect(() => cipher.open('alias/1', altered)).to.throw();
    expect(() => new FieldCipher(randomBytes(32)).open('alias/1', sealed)).to.throw();
  });

  it('refers to a member always in the same way, and to nobody without the key', () => {
    expect(cipher.reference('HRB-1042').equals(new FieldCipher(secret).reference('HRB-1042'))).to.equal(true);
    expect(cipher.reference('HRB-1042').equals(cipher.reference('HRB-1043'))).to.equal(false);
    expect(cipher.reference('HRB-1042').equals(new FieldCipher(randomBytes(32)).reference('HRB-1042'))).to.equal(false);
  });
});
