import { commands as contracts } from '@reciprocal-clubs/chaincode/contracts.js';
import { expect } from 'chai';
import { commands } from '../../src/commands.js';
import { LedgerError } from '../../src/fabric/ledgerError.js';
import { readOpenapiDocument } from '../../src/http/openapiDocument.js';
import { proposalId, txIdOf } from '../operations/node.js';
import { said } from './problems.js';
import { proposalBody } from './samples.js';
import { ServedClub, type Answer, type Ask } from './servedClub.js';

const validPolicyFailure = 4;
let keys = 0;

describe('A command over HTTP', () => {
  let served: ServedClub;
  let token = '';

  before(async () => {
    served = await ServedClub.open();
    token = await served.token('manager', 'delegate');
    served.node.bodyAt = () => proposalBody(proposalId);
  });

  beforeEach(() => {
    served.node.ordering = async (envelope) => {
      await served.node.commit(envelope);
      return { accepted: true };
    };
  });

  after(() => served.close());

  const close = (ask: Ask = {}, query = ''): Promise<Answer> =>
    served.ask('POST', `/proposals/${proposalId}/close${query}`, {
      token,
      body: {},
      ...ask,
      headers: { 'idempotency-key': `intention-number-${(keys += 1)}`, ...ask.headers },
    });

  it('may be given by the roles that the contract admits', () => {
    const { operations } = readOpenapiDocument();
    for (const { name, roles } of contracts.values()) {
      const operation = operations.find(({ id }) => id === name);
      expect(operation?.roles, name).to.have.members([...roles]);
    }
    expect(operations.find(({ id }) => id === 'clubs.found')?.roles).to.have.members([
      'operator',
      'secretariat',
      'manager',
    ]);
  });

  it('is every operation that is a POST', () => {
    const posts = readOpenapiDocument().operations.filter(({ method }) => method === 'post');
    expect(posts.map(({ id }) => id)).to.have.members([...commands.keys()]);
  });

  it('is answered with the record as a GET answers it', async () => {
    const answer = await close();
    expect(said(answer)).to.equal('200');
    const { ledger } = answer.body as { ledger: { block: number } };
    expect(Number(answer.headers.get('ledger-height'))).to.be.greaterThan(ledger.block);
    const read = await served.ask('GET', `/proposals/${proposalId}`, { token });
    expect(answer.body).to.deep.equal(read.body);
    expect(answer.headers.get('etag')).to.equal(read.headers.get('etag'));
    const operation = await served.ask('GET', `/operations/${answer.headers.get('operation')}`, { token });
    expect(operation.body).to.have.property('answer').that.deep.equals({ status: 200, body: answer.body });
  });

  it('tells where a record is that it made', async () => {
    const body = {
      title: 'Later entries',
      textHash: 'cd'.repeat(32),
      action: { type: 'set-policy', name: 'late-entry-hours', value: 96 },
      resolution: 'ordinary',
      earlyClose: true,
      closesAtMs: 1_790_000_000_000,
    };
    served.node.ordering = async (envelope) => {
      await served.node.commit(envelope);
      await served.node.listener.query(`UPDATE projection.record SET id = $1 WHERE id = $2`, [asked, proposalId]);
      return { accepted: true };
    };
    let asked = '';
    const { endorse } = served.node;
    served.node.endorse = async (request) => {
      asked = (request as { proposalId: string }).proposalId;
      return endorse(request);
    };
    const headers = { 'idempotency-key': 'a-proposal-that-is-made' };
    const answer = await served.ask('POST', '/proposals', { token, body, headers });
    served.node.endorse = endorse;
    expect(said(answer)).to.equal('201');
    expect(answer.headers.get('location')).to.equal(`/proposals/${asked}`);
  });

  it('is answered at once where that is preferred, with where to look', async () => {
    const answer = await close({ headers: { prefer: 'respond-async' } });
    expect(answer.status).to.equal(202);
    expect(answer.headers.get('location')).to.equal(`/operations/${answer.headers.get('operation')}`);
    expect(answer.body).to.include({ id: answer.headers.get('operation'), command: 'governance.close' });
  });

  it('is only asked about with dryRun', async () => {
    const headers = { 'idempotency-key': 'only-what-would-happen' };
    const answer = await close({ headers }, '?dryRun=true');
    expect(answer.body).to.deep.equal({ outcome: 'ready' });
    const { rows } = await served.node.pool.query('SELECT id FROM records.operation WHERE idempotency_key = $1', [
      headers['idempotency-key'],
    ]);
    expect(rows).to.deep.equal([]);
  });

  it('is refused with the problem of its refusal, its operation and its transaction', async () => {
    const envelopes: Buffer[] = [];
    served.node.ordering = async (envelope) => {
      envelopes.push(envelope);
      await served.node.commit(envelope, validPolicyFailure);
      return { accepted: true };
    };
    const answer = await close();
    expect(said(answer)).to.equal('500 TRANSACTION_INVALID');
    const [envelope = Buffer.alloc(0)] = envelopes;
    expect(answer.body).to.include({ txId: txIdOf(envelope), operation: answer.headers.get('operation') });
    expect(answer.body).to.have.property('details').that.includes({ validationCode: validPolicyFailure });
  });

  it('may be tried again where the refusal passes, and says when', async () => {
    const { endorse } = served.node;
    served.node.endorse = () => Promise.reject(new LedgerError('PEER_UNAVAILABLE'));
    const answer = await close();
    served.node.endorse = endorse;
    expect(said(answer)).to.equal('503 PEER_UNAVAILABLE');
    expect(answer.body).to.have.property('retryable', true);
    expect(answer.headers.get('retry-after')).to.match(/^[1-9]\d*$/);
  });

  it('with a key of another request is refused', async () => {
    const headers = { 'idempotency-key': 'used-for-two-requests' };
    expect(said(await close({ headers }))).to.equal('200');
    const other = `/proposals/${'12'.repeat(16)}/close`;
    expect(said(await served.ask('POST', other, { token, body: {}, headers }))).to.equal('422 IDEMPOTENCY_MISMATCH');
  });
});
