import type { ErrorCode } from '@reciprocal-clubs/api/openapi/errors.generated.js';
import { readOpenapiDocument } from '@reciprocal-clubs/api/http/openapiDocument.js';
import { maxRequestBytes } from '@reciprocal-clubs/chaincode/ledger/limits.js';
import type { Schemas } from '@reciprocal-clubs/openapi/types';
import { expect } from 'chai';
import { ask, tokenOf, type Asked } from '../asking.js';
import { newKey } from '../first/journey.js';
import { arrive, introduction, issuedPass, made, termsOf } from '../given.js';
import { refused } from '../outcomes.js';
import { startedSystem, startPatienceMs, type System } from '../system.js';

const tokenRoles = [
  ...['front-desk', 'secretary', 'manager', 'treasurer'],
  ...['delegate', 'secretariat', 'auditor', 'operator'],
];
const nobody = '0'.repeat(32);

describe('A request over HTTP', () => {
  let system: System;

  before(async function () {
    this.timeout(startPatienceMs);
    system = await startedSystem();
  });

  const key = (): Record<string, string> => newKey().header;
  const expectRefusals = async (cases: readonly [ErrorCode, string, string, Asked][]): Promise<void> => {
    for (const [code, method, path, asked] of cases) {
      const answer = await ask(system.harbour, method, path, asked);
      refused(code, answer, answer.body);
    }
  };

  it('is of a role that may: every command refuses every other role', async () => {
    const { harbour } = system;
    const { operations } = readOpenapiDocument();
    let asked = 0;
    for (const { id, method, path, roles } of operations.filter((operation) => operation.method === 'post')) {
      for (const role of tokenRoles.filter((one) => !roles?.some((may) => may === one))) {
        const concrete = path.replaceAll(/:clubId/g, harbour.id).replaceAll(/:\w+/g, nobody);
        const answer = await ask(harbour, method, concrete, { roles: [role], headers: key(), body: {} });
        expect(refused('ROLE_NOT_ALLOWED', answer, answer.body), `${id} as ${role}`)
          .to.have.nested.property('details.roles')
          .that.has.members([...(roles ?? [])]);
        asked += 1;
      }
    }
    expect(asked).to.be.greaterThan(14);
  });

  it('brings a token of the club that it asks, and no other', async () => {
    const { harbour, orchard } = system;
    const theirs = await tokenOf(orchard, ['manager']);
    const ours = await tokenOf(harbour, ['manager']);
    const [head, , signature] = ours.split('.');
    const claims = Buffer.from(JSON.stringify({ iss: 'urn:reciprocal-clubs:harbour', sub: 'x', roles: ['manager'] }));
    await expectRefusals([
      ['UNAUTHENTICATED', 'GET', '/passes', {}],
      ['UNAUTHENTICATED', 'GET', '/passes', { token: 'nonsense' }],
      ['UNAUTHENTICATED', 'GET', '/passes', { token: `${head}.${claims.toString('base64url')}.${signature}` }],
      ['TOKEN_OF_ANOTHER_CLUB', 'GET', '/passes', { token: theirs }],
      ['TOKEN_OF_ANOTHER_CLUB', 'POST', '/registry', { token: theirs, headers: key(), body: {} }],
    ]);
  });

  it('has the form that the document gives it', async () => {
    const manager = { roles: ['manager'] };
    const sent = (body: unknown, headers: Record<string, string> = {}): Asked => ({
      ...manager,
      body,
      headers: { ...key(), ...headers },
    });
    const pass = await introduction(system);
    await expectRefusals([
      ['MALFORMED_JSON', 'POST', '/passes', sent('{"agreementId": ')],
      ['INVALID_REQUEST', 'POST', '/passes', sent({ ...pass, note: 'more' })],
      ['INVALID_REQUEST', 'POST', '/passes', sent({ ...pass, residentOk: 'yes' })],
      ['INVALID_REQUEST', 'POST', '/passes', sent({})],
      ['INVALID_REQUEST', 'POST', '/passes', sent({ ...pass, memberNumber: 'a\0b' })],
      ['REQUEST_TOO_LARGE', 'POST', '/passes', sent({ ...pass, note: 'x'.repeat(1024 * 1024) })],
      ['UNSUPPORTED_MEDIA_TYPE', 'POST', '/passes', sent(pass, { 'content-type': 'text/plain' })],
      ['IDEMPOTENCY_KEY_REQUIRED', 'POST', '/passes', { ...manager, body: pass }],
      ['INVALID_PARAMETER', 'POST', '/passes', sent(pass, { 'idempotency-key': 'short' })],
      ['INVALID_PARAMETER', 'GET', '/passes?state=lost', manager],
      ['INVALID_PARAMETER', 'GET', '/passes/HRB-1042', manager],
      ['CURSOR_INVALID', 'GET', '/passes?cursor=AAAA', manager],
      ['ROUTE_NOT_FOUND', 'GET', '/members', manager],
      ['METHOD_NOT_ALLOWED', 'PUT', '/passes', manager],
    ]);
  });

  it('is refused by the ledger where it is more than a command needs', async () => {
    const { harbour, stJulians } = system;
    const names = Array.from({ length: 50 }, () => '\u0001'.repeat(60));
    const eligibleCategories = Array.from({ length: 30 }, (_, i) => `${'c'.repeat(30)}${String(i).padStart(2, '0')}`);
    const fee = { amountMinor: 1_000_000_000_000, currency: 'GBP' };
    const facilities = names.map((name) => ({ name, allowed: true, fee, waiverRequired: true }));
    const fees = names.map((_, i) => ({ code: `${'c'.repeat(29)}-${i}`, ...fee, per: 'guest' }));
    const blackouts = Array.from({ length: 100 }, () => ({ from: '2027-01-01', to: '2027-01-02' }));
    const directions = termsOf(harbour, stJulians).directions.map((one) => ({
      ...one,
      eligibleCategories,
      facilities,
      fees,
      blackouts,
    }));
    const body = { partner: stJulians.id, effectiveFrom: await stJulians.today(), terms: { directions } };
    expect(JSON.stringify(body).length).to.be.greaterThan(maxRequestBytes);
    await expectRefusals([['REQUEST_TOO_LARGE', 'POST', '/agreements', { roles: ['manager'], headers: key(), body }]]);
  });

  it("for another club's record is answered like one for a record that is nowhere", async () => {
    const { harbour, stJulians, orchard } = system;
    const pass = await issuedPass(system);
    const arrived = await arrive(system, { passId: pass.id });
    const visit = made(arrived);
    const operation = arrived.response.headers.get('operation');
    const withoutId = (problem: unknown): object => {
      const { correlationId: _, ...said } = problem as Schemas['Problem'];
      return said;
    };
    for (const [theirs, nowhere] of [
      [`/agreements/${pass.agreementId}`, `/agreements/${nobody}`],
      [`/agreements/${pass.agreementId}/terms/1`, `/agreements/${nobody}/terms/1`],
      [`/passes/${pass.id}`, `/passes/${nobody}`],
      [`/visits/${visit.id}`, `/visits/${nobody}`],
      [`/operations/${operation}`, `/operations/${nobody}`],
    ]) {
      const [known, unknown] = [theirs, nowhere].map((path) =>
        ask(orchard, 'GET', `${path}`, { roles: ['front-desk'] }),
      );
      const answers = await Promise.all([known, unknown]);
      const said = answers.map((answer) => withoutId(answer && refused('RECORD_NOT_FOUND', answer, answer.body)));
      expect(said[0]).to.deep.equal(said[1]);
    }
    for (const club of [harbour, stJulians])
      expect((await ask(club, 'GET', `/visits/${visit.id}`, { roles: ['auditor'] })).status).to.equal(200);
  });
});
