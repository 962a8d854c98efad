import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { secretFile } from '../../src/services/secretFile.js';
import { temporaryFolder } from '../supervisor/programs.js';

describe('A secret file', () => {
  const folder = temporaryFolder();

  it("is made once, stays as it is, and is its owner's alone", () => {
    const path = join(folder.path, 'harbour', 'a.password');
    const secret = secretFile(path);
    expect(secret).to.match(/^[0-9a-f]{64}$/);
    expect(secretFile(path)).to.equal(secret);
    expect(secretFile(join(folder.path, 'harbour', 'b.password'))).not.to.equal(secret);
    expect(statSync(path).mode & 0o777).to.equal(0o600);
    expect(statSync(join(folder.path, 'harbour')).mode & 0o777).to.equal(0o700);
    expect(readdirSync(join(folder.path, 'harbour'))).to.deep.equal(['a.password', 'b.password']);
  });

  it('that cannot be read is told, not made anew', () => {
    expect(() => secretFile(folder.path)).to.throw('EISDIR');
  });
});
