import { createHash } from 'node:crypto';
import { expect } from 'chai';
import { said } from './problems.js';
import { addBlock, addRecord, txIdAt } from './rows.js';
import { agreementBody, clubBody, idOf, passBody, policyBody, proposalBody, termsBody, visitBody } from './samples.js';
import { ServedClub } from './servedClub.js';

const block = 7;

const records = [
  { kind: 'club', id: 'harbour', body: clubBody('harbour'), path: '/clubs/harbour', register: '/clubs' },
  {
    kind: 'agreement',
    id: idOf(1),
    body: agreementBody(idOf(1)),
    path: `/agreements/${idOf(1)}`,
    register: '/agreements',
  },
  {
    kind: 'terms',
    id: `${idOf(1)}/1`,
    body: termsBody(idOf(1)),
    path: `/agreements/${idOf(1)}/terms/1`,
    register: undefined,
  },
  { kind: 'pass', id: idOf(2), body: passBody(idOf(2)), path: `/passes/${idOf(2)}`, register: '/passes' },
  { kind: 'visit', id: idOf(3), body: visitBody(idOf(3)), path: `/visits/${idOf(3)}`, register: '/visits' },
  { kind: 'proposal', id: idOf(4), body: proposalBody(idOf(4)), path: `/proposals/${idOf(4)}`, register: '/proposals' },
];

describe('One record', () => {
  let served: ServedClub;
  let token = '';

  before(async () => {
    served = await ServedClub.open();
    token = await served.token('auditor');
    await addBlock(served.node.listener, block);
    for (const record of records) await addRecord(served.node.listener, { ...record, block });
    for (const version of [1, 2]) {
      const id = `late-entry-hours/${version}`;
      await addRecord(served.node.listener, {
        kind: 'policy',
        id,
        body: policyBody(version),
        tags: { name: 'late-entry-hours' },
        block,
      });
    }
  });

  after(() => served.close());

  for (const { kind, id, body, path, register } of records) {
    it(`is answered as the read model has it, with its place on the ledger: ${kind}`, async () => {
      const hash = createHash('sha256').update(`${kind}/${id} ${block}`).digest('hex');
      const answer = await served.ask('GET', path, { token });
      expect(said(answer)).to.equal('200');
      expect(answer.body).to.deep.equal({ ...body, ledger: { hash, block, txId: txIdAt(block) } });
      expect(answer.headers.get('etag')).to.equal(`"${hash}-${block}-0"`);
    });

    if (register !== undefined)
      it(`stands in its register in the same form: ${kind}`, async () => {
        const { body: one } = await served.ask('GET', path, { token });
        const { body: page } = await served.ask('GET', register, { token });
        expect(page).to.deep.equal({ items: [one], next: null });
      });
  }

  it('is not sent again to who has it', async () => {
    const etag = (await served.ask('GET', '/clubs/harbour', { token })).headers.get('etag') ?? '';
    for (const known of [etag, `"other", ${etag}`, `W/${etag}`, '*']) {
      const answer = await served.ask('GET', '/clubs/harbour', { token, headers: { 'if-none-match': known } });
      expect(answer.status).to.equal(304);
      expect(answer.body).to.equal('');
      expect(answer.headers.get('etag')).to.equal(etag);
    }
    const answer = await served.ask('GET', '/clubs/harbour', { token, headers: { 'if-none-match': '"other"' } });
    expect(answer.status).to.equal(200);
  });

  it('that this club does not have is not found', async () => {
    for (const path of [
      '/clubs/orchard',
      `/agreements/${idOf(99)}`,
      `/agreements/${idOf(1)}/terms/2`,
      `/passes/${idOf(1)}`,
      `/visits/${idOf(99)}`,
      `/proposals/${idOf(99)}`,
      '/policies/no-such-policy',
      '/blocks/99',
      `/transactions/${'0'.repeat(64)}`,
      '/operations/none',
    ])
      expect(said(await served.ask('GET', path, { token })), path).to.equal('404 RECORD_NOT_FOUND');
  });

  it('of a policy is its history, newest first', async () => {
    const { status, body } = await served.ask('GET', '/policies/late-entry-hours', { token });
    expect(status).to.equal(200);
    expect(body).to.have.property('name', 'late-entry-hours');
    expect(body).to.have.nested.property('versions[0].version', 2);
    expect(body).to.have.nested.property('versions[1].version', 1);
  });

  it('that is not what the document promises is not answered', async () => {
    const body = { ...passBody(idOf(5)), memberNumber: '1234' };
    await addRecord(served.node.listener, { kind: 'pass', id: idOf(5), body, block });
    const answer = await served.ask('GET', `/passes/${idOf(5)}`, { token });
    expect(said(answer)).to.equal('500 INTERNAL');
    expect(JSON.stringify(answer.body)).not.to.contain('memberNumber');
  });
});
