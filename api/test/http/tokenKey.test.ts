import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { issueToken } from '../../src/http/issueToken.js';
import { tokenKey } from '../../src/http/tokenKey.js';
import { thrownBy } from '../thrownBy.js';

describe("A club's token key", () => {
  let root = '';
  let folder = '';

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'token-key-'));
    folder = join(root, 'harbour');
  });

  afterEach(() => rmSync(root, { recursive: true }));

  it('is made at its first use, for its owner alone, and stays', async () => {
    const { kid } = await tokenKey(folder);
    expect((await tokenKey(folder)).kid).to.equal(kid);
    expect(statSync(folder).mode & 0o777).to.equal(0o700);
    expect(statSync(join(folder, 'token-key.json')).mode & 0o777).to.equal(0o600);
    expect(readdirSync(folder)).to.deep.equal(['token-key.json']);
  });

  it('is one, however many make it at once', async () => {
    const made = await Promise.all(Array.from({ length: 12 }, () => tokenKey(folder)));
    expect(new Set(made.map(({ kid }) => kid)).size).to.equal(1);
    expect(readdirSync(folder)).to.deep.equal(['token-key.json']);
  });

  it('is never replaced nor quoted when the file holds something else', async () => {
    await tokenKey(folder);
    for (const text of ['', 'secret words', '{"kty":"EC","crv":"P-256","d":"secret"}', '[]', 'null']) {
      writeFileSync(join(folder, 'token-key.json'), text);
      const { message } = await thrownBy(() => tokenKey(folder));
      expect(message).to.contain('does not hold a private P-256 key').and.not.contain('secret');
    }
  });
});

describe('A token', () => {
  let folder = '';
  const harbour = { clubId: 'harbour', subject: 'staff-1', roles: ['manager', 'auditor'] };

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'tokens-'));
  });

  after(() => rmSync(folder, { recursive: true }));

  it('names its club, who brings it, the roles and when it ends', async () => {
    const token = await issueToken({ folder, ...harbour });
    const claims = decodeJwt(token);
    expect(claims).to.deep.include({
      iss: 'urn:reciprocal-clubs:harbour',
      aud: 'reciprocal-clubs',
      sub: 'staff-1',
      roles: ['manager', 'auditor'],
    });
    expect(Number(claims.exp) - Number(claims.iat)).to.equal(12 * 3600);
    expect(decodeProtectedHeader(token)).to.deep.include({ alg: 'ES256', kid: (await tokenKey(folder)).kid });
  });

  it('has an id of its own', async () => {
    const [one, other] = await Promise.all([issueToken({ folder, ...harbour }), issueToken({ folder, ...harbour })]);
    expect(decodeJwt(one).jti).not.to.equal(decodeJwt(other).jti);
  });

  const wrong = {
    'subject that is a name': [{ subject: 'Mrs Smith' }, 'a subject is'],
    'role that there is not': [{ roles: ['gardener'] }, 'there is no role gardener'],
    'list of no roles': [{ roles: [] }, 'at least one role'],
    'time that is none': [{ hours: 0 }, 'a token lasts'],
    'time beyond a year': [{ hours: 9000 }, 'a token lasts'],
  } as const;
  for (const [what, [change, words]] of Object.entries(wrong)) {
    it(`is not given for a ${what}`, async () => {
      expect((await thrownBy(() => issueToken({ folder, ...harbour, ...change }))).message).to.contain(words);
    });
  }
});
