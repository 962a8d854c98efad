import { expect } from 'chai';
import fc from 'fast-check';
import { RefusedError } from '../../src/fabric/ledgerError.js';
import { readOpenapiDocument } from '../../src/http/openapiDocument.js';
import { said } from './problems.js';
import { ServedClub } from './servedClub.js';

const { operations } = readOpenapiDocument();
const recordId = 'ab'.repeat(16);
const fields = [
  'agreementId',
  'memberNumber',
  'from',
  'to',
  'party',
  'terms',
  'partner',
  'choice',
  'code',
  'text',
  'action',
];

const word = fc.oneof(
  fc.constantFrom(recordId, 'harbour', '1', '-1', '1e999', 'null', '..', '%', 'late-entry-hours', '__proto__'),
  fc.string({ unit: 'binary', maxLength: 40 }),
);
const target = fc
  .tuple(fc.constantFrom(...operations), fc.array(word, { minLength: 2, maxLength: 2 }))
  .map(([{ method, path }, words]) => ({
    method: method.toUpperCase(),
    path: path.replace(/:\w+/g, () => encodeURIComponent((words.pop() ?? '').toWellFormed())),
  }));
const query = fc.oneof(
  fc.constant(''),
  fc.webQueryParameters(),
  word.map((text) => `cursor=${encodeURIComponent(text.toWellFormed())}`),
);
const body = fc.oneof(
  fc.constant({}),
  fc.json(),
  fc.string({ unit: 'binary' }),
  fc.uint8Array({ maxLength: 100 }),
  fc.dictionary(fc.constantFrom(...fields), fc.jsonValue()),
);
const key = fc.oneof(fc.uuid(), fc.string({ unit: 'grapheme-ascii', maxLength: 20 }));

describe('Whatever a client sends', () => {
  let served: ServedClub;
  let token = '';

  before(async () => {
    served = await ServedClub.open();
    token = await served.token('manager', 'delegate', 'secretary', 'front-desk', 'operator');
    served.node.endorse = () => Promise.reject(new RefusedError('PROPOSAL_NOT_FOUND'));
  });

  after(() => served.close());

  it('is answered, and never with a failure of the node', async function () {
    this.timeout(60_000);
    const seen = new Set<string>();
    await fc.assert(
      fc.asyncProperty(target, query, body, key, async ({ method, path }, search, sent, idempotencyKey) => {
        const ask =
          method === 'GET' ? { token } : { token, body: sent, headers: { 'idempotency-key': idempotencyKey } };
        const answer = await served.ask(method, `${path}${search && `?${search}`}`, ask);
        seen.add(said(answer));
        return answer.status < 500 || (path === '/health/ready' && answer.status === 503);
      }),
      { numRuns: 400 },
    );
    expect([...seen]).to.include.members(['200', '400 INVALID_PARAMETER', '422 INVALID_REQUEST', '400 MALFORMED_JSON']);
  });
});
