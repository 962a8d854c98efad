import { expect } from 'chai';
import type { Answer } from '../../src/operations/operationStore.js';
import { issueToken } from '../../src/http/issueToken.js';
import { said } from './problems.js';
import { idOf } from './samples.js';
import { ServedClub } from './servedClub.js';

const txId = 'ef'.repeat(32);

describe('An operation', () => {
  let served: ServedClub;
  let token = '';

  before(async () => {
    served = await ServedClub.open();
    token = await served.token('manager');
    await add('running', null);
    await add('refused', { status: 409, code: 'PASS_REVOKED', details: { txId, window: 'stay' } });
    await add('done', { status: 201, body: { id: idOf(1) }, headers: {} });
    await served.node.pool.query(
      `INSERT INTO records.attempt (operation, n, tx_id, envelope, height, endorsers, block, index, code)
       VALUES ('done', 1, $1, '', 5, '{HarbourMSP}', 6, 0, 11), ('done', 2, $2, '', 6, '{HarbourMSP}', NULL, NULL, NULL)`,
      [txId, txId.replace('e', '0')],
    );
  });

  after(() => served.close());

  const add = (id: string, answer: Answer | null): Promise<unknown> =>
    served.node.pool.query(
      `INSERT INTO records.operation (id, subject, idempotency_key, request_hash, command, request, state, status, answer, finished_at)
       VALUES ($1, 'staff-1', $1, '', 'passes.issue', '{}', $2, $3, $4, $5)`,
      [id, answer ? 'done' : 'running', answer?.status, answer && JSON.stringify(answer), answer && new Date()],
    );

  it('that goes on has no answer yet', async () => {
    const { status, body } = await served.ask('GET', '/operations/running', { token });
    expect(status).to.equal(200);
    expect(body).to.deep.include({ id: 'running', command: 'passes.issue', state: 'running', attempts: [] });
    expect(body).to.have.property('createdAtMs').closeTo(Date.now(), 60_000);
    expect(body).not.to.have.any.keys('answer', 'finishedAtMs');
  });

  it('tells each transaction that was made for it, with its verdict', async () => {
    const { body } = await served.ask('GET', '/operations/done', { token });
    expect(body).to.have.property('finishedAtMs');
    expect(body)
      .to.have.property('attempts')
      .that.deep.equals([
        { n: 1, txId, endorsers: ['HarbourMSP'], block: 6, code: 'MVCC_READ_CONFLICT' },
        { n: 2, txId: txId.replace('e', '0'), endorsers: ['HarbourMSP'] },
      ]);
    expect(body)
      .to.have.property('answer')
      .that.deep.equals({ status: 201, body: { id: idOf(1) } });
  });

  it('that was refused tells the problem', async () => {
    const { body } = await served.ask('GET', '/operations/refused', { token });
    expect(body).to.have.nested.property('answer.status', 409);
    expect(body)
      .to.have.nested.property('answer.body')
      .that.includes({ code: 'PASS_REVOKED', operation: 'refused', txId, retryable: false });
    expect(body).to.have.nested.property('answer.body.details').that.deep.equals({ window: 'stay' });
  });

  it("is nobody else's business", async () => {
    const folder = served.club.secrets.tokenKeyFolder;
    const other = await issueToken({ folder, clubId: 'harbour', subject: 'staff-2', roles: ['manager'] });
    expect(said(await served.ask('GET', '/operations/done', { token: other }))).to.equal('404 RECORD_NOT_FOUND');
  });
});
