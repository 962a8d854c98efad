import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { secretKey } from '../src/secretKey.js';

describe('A secret key of a club', () => {
  let folder = '';

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'secrets-'));
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  it('is made at its first use, for its owner alone, and stays', () => {
    const inside = join(folder, 'harbour');
    const key = secretKey(inside, 'field.key');
    expect(key).to.have.length(32);
    expect(secretKey(inside, 'field.key').equals(key)).to.equal(true);
    expect(statSync(inside).mode & 0o777).to.equal(0o700);
    expect(statSync(join(inside, 'field.key')).mode & 0o777).to.equal(0o600);
    expect(readdirSync(inside)).to.deep.equal(['field.key']);
  });

  it('is another one for each purpose', () => {
    expect(secretKey(folder, 'field.key').equals(secretKey(folder, 'cursor.key'))).to.equal(false);
  });

  it('is refused when the file holds something else, rather than replaced', () => {
    writeFileSync(join(folder, 'field.key'), 'abcd\n');
    expect(() => secretKey(folder, 'field.key')).to.throw('32 bytes');
  });
});
