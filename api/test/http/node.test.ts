import { expect } from 'chai';
import { createLocalJWKSet, jwtVerify, type JSONWebKeySet } from 'jose';
import { readOpenapiDocument } from '../../src/http/openapiDocument.js';
import { said } from './problems.js';
import { ServedClub, type Answer } from './servedClub.js';

describe('What a node says of itself to everybody', () => {
  let served: ServedClub;

  before(async () => {
    served = await ServedClub.open();
  });

  after(() => served.close());

  const get = (path: string): Promise<Answer> => served.ask('GET', path);

  it('is that it is there, and what it is', async () => {
    expect((await get('/ping')).body).to.deep.equal({ pong: true });
    expect((await get('/version')).body).to.deep.equal({
      name: 'Reciprocal Clubs',
      version: readOpenapiDocument().version,
      node: process.version,
      club: 'harbour',
      channel: 'clubs',
    });
  });

  it('is the document that requests are held against', async () => {
    const { body, headers } = await get('/openapi.json');
    expect(body).to.deep.equal(JSON.parse(readOpenapiDocument().text));
    expect(headers.get('content-type')).to.equal('application/json; charset=utf-8');
  });

  it('is a page for people that loads nothing from elsewhere', async () => {
    const page = await get('/docs');
    expect(page.headers.get('content-security-policy')).to.contain("default-src 'none'; script-src 'self'");
    const links = [...String(page.body).matchAll(/(?:src|href)="([^"]+)"/g)].map(([, link = '']) => link);
    expect(links).to.have.length(3);
    for (const link of links) {
      const { status, body, headers } = await get(link);
      expect(status, link).to.equal(200);
      expect(String(body).length, link).to.be.greaterThan(50);
      expect(headers.get('x-content-type-options')).to.equal('nosniff');
    }
    expect(page.body).not.to.match(/<script>|https?:/);
  });

  it('gives its files whole, whatever part or version is asked for', async () => {
    const style = '/docs/assets/swagger-ui.css';
    const part = await served.ask('GET', style, { headers: { range: 'bytes=999999999-' } });
    expect([part.status, part.body]).to.deep.equal([200, (await get(style)).body]);
    expect(said(await served.ask('GET', style, { headers: { 'if-match': '"other"' } }))).to.equal(
      '400 INVALID_PARAMETER',
    );
  });

  it('is the key that checks its tokens, and nothing private of it', async () => {
    const { body } = await get('/.well-known/jwks.json');
    const keys = createLocalJWKSet(body as JSONWebKeySet);
    const { payload } = await jwtVerify(await served.token('manager'), keys, {
      issuer: 'urn:reciprocal-clubs:harbour',
      audience: 'reciprocal-clubs',
    });
    expect(payload).to.deep.include({ sub: 'staff-1', roles: ['manager'] });
    expect(JSON.stringify(body)).not.to.contain('"d"');
  });

  it('is measured by route, status and code, never by what was asked for', async () => {
    await get('/clubs/harbour');
    await get('/nothing/secret');
    const { body, headers } = await get('/metrics');
    expect(headers.get('content-type')).to.contain('text/plain');
    expect(body).to.match(
      /http_request_duration_seconds_count\{method="GET",route="\/clubs\/:clubId",status="401"\} 1/,
    );
    expect(body).to.contain('http_problems_total{code="ROUTE_NOT_FOUND"} 1');
    expect(body).to.contain('read_model_height_blocks 0');
    expect(body).to.contain('database_connections ');
    expect(body).not.to.contain('secret');
  });

  it('stands on every answer: no sniffing, no framing, no caching', async () => {
    for (const path of ['/ping', '/nothing', '/clubs']) {
      const { headers } = await get(path);
      expect(headers.get('x-content-type-options')).to.equal('nosniff');
      expect(headers.get('x-frame-options')).to.equal('DENY');
      expect(headers.get('cache-control')).to.equal('no-store');
      expect(headers.get('content-security-policy')).to.contain("default-src 'none'");
      expect(headers.has('x-powered-by')).to.equal(false);
    }
  });

  it('is logged as one line a request, without what was asked for', async () => {
    const headers = { 'correlation-id': 'a-request-to-find' };
    const token = await served.token('auditor');
    expect(said(await served.ask('GET', '/visits?partner=stjulians', { token, headers }))).to.equal('200');
    const lines = served.lines.filter((line) => line.includes('a-request-to-find'));
    expect(lines).to.have.length(1);
    expect(JSON.parse(lines[0] ?? '')).to.deep.include({
      method: 'GET',
      route: '/visits',
      status: 200,
      role: 'auditor',
    });
    expect(lines[0]).not.to.contain('stjulians');
    expect(served.lines.join('')).not.to.contain(token);
  });
});
