import { randomBytes } from 'node:crypto';
import type { Schemas } from '@reciprocal-clubs/openapi/types';
import { expect } from 'chai';
import { ask, type Answer } from '../asking.js';
import type { Club } from '../first/club.js';
import { arrive, introduction, issuedPass, made, nextMember } from '../given.js';
import { operationOf, refused } from '../outcomes.js';
import { startedSystem, startPatienceMs, type System } from '../system.js';

/** Headers that belong to the stored answer; the others are of this request. */
const stored = ['content-type', 'etag', 'location', 'operation'];

describe('A command with an Idempotency-Key', () => {
  let system: System;
  let harbour: Club;

  before(async function () {
    this.timeout(startPatienceMs);
    system = await startedSystem();
    ({ harbour } = system);
  });

  const newKey = (): string => randomBytes(16).toString('base64url');
  const post = (path: string, key: string, body: object, more: { role?: string; prefer?: string } = {}) =>
    ask(harbour, 'POST', path, {
      roles: [more.role ?? 'secretary'],
      body,
      headers: { 'idempotency-key': key, ...(more.prefer !== undefined && { prefer: more.prefer }) },
    });
  const sameAnswer = (again: Answer, first: Answer): void => {
    expect([again.status, again.text]).to.deep.equal([first.status, first.text]);
    for (const name of stored) expect(again.headers.get(name), name).to.equal(first.headers.get(name));
  };
  /** Ids of Harbour's last passes, the newest first. */
  const newest = async (limit = 1): Promise<string[]> => {
    const { data } = await harbour.as('secretary').GET('/passes', { params: { query: { limit } } });
    return (data?.items ?? []).map(({ id }) => id);
  };
  const settled = async (answer: Pick<Answer, 'headers'>): Promise<Schemas['OperationView']> => {
    // The test's own time-out ends it.
    for (;;) {
      const operation = await operationOf(harbour, 'secretary', answer);
      if (operation.state === 'done') return operation;
    }
  };

  it('is carried out once: the same request again gets the same answer byte for byte, whatever became of the record', async () => {
    const key = newKey();
    const body = await introduction(system);
    const first = await post('/passes', key, body);
    expect(first.status).to.equal(201);
    sameAnswer(await post('/passes', key, body), first);
    const { id } = first.body as Schemas['PassView'];
    expect((await post(`/passes/${id}/revoke`, newKey(), { code: 'error' })).status).to.equal(200);
    sameAnswer(await post('/passes', key, body), first);
    expect(await newest()).to.deep.equal([id]);
  });

  it('gets the refusal again that it got', async () => {
    const key = newKey();
    const body = await introduction(system, { category: 'social' });
    const first = await post('/passes', key, body);
    const again = await post('/passes', key, body);
    for (const answer of [first, again]) refused('CATEGORY_NOT_ELIGIBLE', answer, answer.body);
    expect(again.headers.get('operation')).to.equal(first.headers.get('operation'));
  });

  it('is refused when the key came with another body, for another record or for another command', async () => {
    const key = newKey();
    const body = await introduction(system);
    const first = await post('/passes', key, body);
    const { id } = first.body as Schemas['PassView'];
    const revoke = { code: 'error' };
    for (const other of [
      await post('/passes', key, { ...body, residentOk: false }),
      await post(`/passes/${id}/revoke`, key, revoke),
    ])
      refused('IDEMPOTENCY_MISMATCH', other, other.body);
    const revoked = newKey();
    expect((await post(`/passes/${id}/revoke`, revoked, revoke)).status).to.equal(200);
    const another = await issuedPass(system);
    const moved = await post(`/passes/${another.id}/revoke`, revoked, revoke);
    refused('IDEMPOTENCY_MISMATCH', moved, moved.body);
  });

  it('has a key of its own for each who asks', async () => {
    const key = newKey();
    const body = await introduction(system);
    const [one, other] = [await post('/passes', key, body), await post('/passes', key, body, { role: 'manager' })];
    expect([one.status, other.status]).to.deep.equal([201, 201]);
    expect(other.headers.get('location')).not.to.equal(one.headers.get('location'));
    const { headers } = one;
    const operation = await ask(harbour, 'GET', `/operations/${headers.get('operation')}`, { roles: ['manager'] });
    refused('RECORD_NOT_FOUND', operation, operation.body);
  });

  it('sent eight times at once is one transaction; whoever comes meanwhile is told that it is being carried out', async () => {
    const key = newKey();
    const body = await introduction(system);
    const before = await newest();
    const answers = await Promise.all(Array.from({ length: 8 }, () => post('/passes', key, body)));
    const done = answers.filter(({ status }) => status === 201);
    const [first] = done;
    if (!first) throw new Error('one of them is answered');
    for (const answer of done) sameAnswer(answer, first);
    for (const answer of answers) if (answer.status !== 201) refused('OPERATION_RUNNING', answer, answer.body);
    const { id } = first.body as Schemas['PassView'];
    expect(await newest(2)).to.deep.equal([id, ...before]);
    const { attempts } = await operationOf(harbour, 'secretary', first);
    expect(attempts.map(({ code }) => code)).to.deep.equal(['VALID']);
  });

  it('is only asked about with dryRun: nothing is sent, nothing is kept, and the key is not used up', async () => {
    const key = newKey();
    const body = await introduction(system);
    const [heightBefore, before] = [await heightOf(harbour), await newest()];
    for (let times = 0; times < 2; times += 1) {
      const answer = await post('/passes?dryRun=true', key, body);
      expect([answer.status, answer.body]).to.deep.equal([200, { outcome: 'ready' }]);
      expect(answer.headers.has('operation')).to.equal(false);
    }
    const no = await post('/passes?dryRun=true', newKey(), { ...body, category: 'social' });
    refused('CATEGORY_NOT_ELIGIBLE', no, no.body);
    expect([await heightOf(harbour), await newest()]).to.deep.equal([heightBefore, before]);
    const other = { ...body, memberNumber: nextMember() };
    const done = await post('/passes', key, other);
    expect(done.status).to.equal(201);
    const { id } = done.body as Schemas['PassView'];
    expect((await post(`/passes/${id}/revoke`, newKey(), { code: 'error' })).status).to.equal(200);
    const unchanged = await post(`/passes/${id}/revoke?dryRun=true`, newKey(), { code: 'error' });
    expect(unchanged.body).to.deep.equal({ outcome: 'unchanged' });
  });

  it('is answered at once where that is preferred; the operation tells when it is done', async () => {
    const key = newKey();
    const body = await introduction(system);
    const { status, headers, body: view } = await post('/passes', key, body, { prefer: 'respond-async' });
    expect(status).to.equal(202);
    expect(headers.get('location')).to.equal(`/operations/${headers.get('operation')}`);
    expect(view).to.deep.include({ id: headers.get('operation'), command: 'passes.issue' });
    const operation = await settled({ headers });
    expect(operation.answer).to.have.property('status', 201);
    const again = await post('/passes', key, body);
    expect([again.status, again.body]).to.deep.equal([201, operation.answer?.body]);
    const issued = await harbour.inbox.event('passes.issued', operation.attempts.at(-1)?.txId ?? '');
    expect(issued).to.have.nested.property('data.record.id', (again.body as Schemas['PassView']).id);
  });

  it('of sixteen members at the door at once is sixteen visits, none of which had to be tried again', async () => {
    const { stJulians } = system;
    const issued = await Promise.all(Array.from({ length: 16 }, () => issuedPass(system)));
    const arrived = await Promise.all(issued.map(({ id: passId }) => arrive(system, { passId })));
    expect(arrived.map(({ response }) => response.status)).to.deep.equal(issued.map(() => 201));
    expect(new Set(arrived.map((one) => made(one).id)).size).to.equal(16);
    for (const { response } of arrived) {
      const { attempts } = await operationOf(stJulians, 'front-desk', response);
      expect(attempts.map(({ code }) => code)).to.deep.equal(['VALID']);
    }
  });
});

async function heightOf(club: Club): Promise<string | null> {
  return (await ask(club, 'GET', '/ping')).headers.get('ledger-height');
}
