import { createHash, createHmac, createPublicKey } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { generateKeyPair, SignJWT, type CryptoKey, type JWTPayload } from 'jose';
import { issueToken } from '../../src/http/issueToken.js';
import { readOpenapiDocument } from '../../src/http/openapiDocument.js';
import { tokenKey } from '../../src/http/tokenKey.js';
import { said } from './problems.js';
import { ServedClub } from './servedClub.js';

const guarded = readOpenapiDocument().operations.filter(({ roles }) => roles);

describe('Who may call', () => {
  let served: ServedClub;
  let elsewhere = '';

  before(async () => {
    served = await ServedClub.open();
    elsewhere = mkdtempSync(join(tmpdir(), 'another-club-'));
  });

  after(async () => {
    await served.close();
    rmSync(elsewhere, { recursive: true });
  });

  const clubsWith = async (token: string): Promise<string> => said(await served.ask('GET', '/clubs', { token }));

  /** A token that lacks nothing, but for what the test takes away. */
  async function forged(change: {
    claims?: JWTPayload;
    without?: string;
    header?: { kid?: string };
    key?: CryptoKey;
  }): Promise<string> {
    const { kid, privateKey } = await tokenKey(served.club.secrets.tokenKeyFolder);
    const claims: JWTPayload = {
      iss: 'urn:reciprocal-clubs:harbour',
      aud: 'reciprocal-clubs',
      sub: 'staff-1',
      roles: ['manager'],
      exp: Math.floor(Date.now() / 1000) + 60,
      ...change.claims,
    };
    if (change.without !== undefined) delete claims[change.without];
    const header = { alg: 'ES256', kid, ...change.header };
    return new SignJWT(claims).setProtectedHeader(header).sign(change.key ?? privateKey);
  }

  it('admits a token of this club', async () => {
    expect(await clubsWith(await served.token('front-desk'))).to.equal('200');
    expect(await clubsWith(await forged({}))).to.equal('200');
  });

  for (const { id, method, path } of guarded) {
    it(`asks for a token before anything else: ${id}`, async () => {
      const answer = await served.ask(method.toUpperCase(), path.replace(/:\w+/g, 'x'));
      expect(said(answer)).to.equal('401 UNAUTHENTICATED');
      expect(answer.headers.get('www-authenticate')).to.equal('Bearer realm="reciprocal-clubs"');
    });
  }

  for (const { id, method, path, roles = [] } of guarded) {
    it(`lets the roles of x-roles through and no others: ${id}`, async () => {
      const outcomes = new Map<string, string>();
      for (const role of [
        'front-desk',
        'secretary',
        'manager',
        'treasurer',
        'delegate',
        'secretariat',
        'auditor',
        'operator',
      ]) {
        const token = await served.token(role);
        const answer = await served.ask(method.toUpperCase(), `${path.replace(/:\w+/g, 'x')}?nonsense=1`, { token });
        outcomes.set(role, said(answer));
      }
      const through = [...outcomes].filter(([, outcome]) => outcome !== '403 ROLE_NOT_ALLOWED').map(([role]) => role);
      expect(through).to.have.members([...roles]);
    });
  }

  it('admits a role among several, and nobody whose roles are unknown here', async () => {
    expect(await clubsWith(await forged({ claims: { roles: ['gardener', 'auditor'] } }))).to.equal('200');
    expect(await clubsWith(await forged({ claims: { roles: ['gardener'] } }))).to.equal('403 ROLE_NOT_ALLOWED');
    expect(await clubsWith(await forged({ claims: { roles: [] } }))).to.equal('403 ROLE_NOT_ALLOWED');
  });

  const past = Math.floor(Date.now() / 1000) - 60;
  const faulty: Record<string, Parameters<typeof forged>[0]> = {
    'that is over': { claims: { exp: past } },
    'without an end': { without: 'exp' },
    'without a subject': { without: 'sub' },
    'whose subject is no reference': { claims: { sub: 'Mrs Smith' } },
    'without roles': { without: 'roles' },
    'whose roles are no list': { claims: { roles: 'manager' } },
    'for somebody else': { claims: { aud: 'another-api' } },
    'of no issuer': { without: 'iss' },
    'of another issuer than its key': { claims: { iss: 'urn:reciprocal-clubs:stjulians' } },
  };
  for (const [what, change] of Object.entries(faulty)) {
    it(`refuses a token ${what}`, async () => {
      expect(await clubsWith(await forged(change))).to.equal('401 UNAUTHENTICATED');
    });
  }

  it('refuses a token that another key signed, whatever its header says', async () => {
    const { privateKey: key } = await generateKeyPair('ES256');
    expect(await clubsWith(await forged({ key }))).to.equal('401 UNAUTHENTICATED');
    expect(await clubsWith(await forged({ key, header: { kid: 'mine' } }))).to.equal('401 UNAUTHENTICATED');
  });

  it('says so when a token is of another club', async () => {
    const token = await issueToken({ folder: elsewhere, clubId: 'stjulians', subject: 'staff-1', roles: ['manager'] });
    const answer = await served.ask('GET', '/clubs', { token });
    expect(said(answer)).to.equal('401 TOKEN_OF_ANOTHER_CLUB');
    expect(answer.headers.get('www-authenticate')).to.contain('invalid_token');
  });

  it('refuses a token of no algorithm, and one made with the public key as a secret', async () => {
    const { kid, publicKey } = await tokenKey(served.club.secrets.tokenKeyFolder);
    const [, claims = ''] = (await forged({})).split('.');
    const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const none = `${part({ alg: 'none', kid })}.${claims}.`;
    const spki = createPublicKey(publicKey).export({ type: 'spki', format: 'der' });
    const hs256 = [publicKey, publicKey.trim(), spki, createHash('sha256').update(publicKey).digest()].map((secret) => {
      const signed = `${part({ alg: 'HS256', kid })}.${claims}`;
      return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
    });
    for (const token of [none, none.slice(0, -1), ...hs256])
      expect(await clubsWith(token)).to.equal('401 UNAUTHENTICATED');
  });

  it('refuses what is no token', async () => {
    for (const token of ['x', 'a.b.c', '..', `${'a'.repeat(5000)}.b.c`, 'e30.e30.e30', 'bnVsbA.bnVsbA.bnVsbA'])
      expect(await clubsWith(token)).to.equal('401 UNAUTHENTICATED');
    for (const authorization of ['Bearer', 'Bearer ', 'Basic YTpi', 'Bearer a b c', '\u00e9'])
      expect(said(await served.ask('GET', '/clubs', { headers: { authorization } }))).to.equal('401 UNAUTHENTICATED');
  });

  it('takes a token from the header alone', async () => {
    const token = await served.token('manager');
    expect(said(await served.ask('GET', `/clubs?access_token=${token}`))).to.equal('401 UNAUTHENTICATED');
  });
});
