import { createHash } from 'node:crypto';
import { expect } from 'chai';
import { said } from './problems.js';
import { addBlock, addRecord, timeMs, txIdAt } from './rows.js';
import { clubBody } from './samples.js';
import { ServedClub } from './servedClub.js';

const config = 1;
const mvccConflict = 11;
const policyFailure = 10;
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

describe('The ledger', () => {
  let served: ServedClub;
  let token = '';

  before(async () => {
    served = await ServedClub.open();
    token = await served.token('auditor');
    const { listener } = served.node;
    await addBlock(listener, 0, [{ type: config, creator: 'OrdererMSP', txId: '' }]);
    await addBlock(listener, 1, [{ name: 'clubs:found' }]);
    await addBlock(listener, 2, [{}, { code: mvccConflict }, { creator: 'StJuliansMSP', code: policyFailure }]);
    const tags = { status: 'active', mspId: 'StJuliansMSP' };
    // What a club says of itself may hold what Postgres reads in no JSON.
    const body = { ...clubBody('stjulians'), mspId: 'StJuliansMSP', legalName: 'St Julian\0s' };
    await addRecord(listener, { kind: 'club', id: 'stjulians', body, tags, block: 1 });
  });

  after(() => served.close());

  const items = async (path: string): Promise<unknown[]> => {
    const answer = await served.ask('GET', path, { token });
    expect(said(answer)).to.equal('200');
    return (answer.body as { items: unknown[] }).items;
  };

  it('is shown block by block, newest first', async () => {
    const blocks = await items('/blocks');
    expect(blocks).to.have.length(3);
    expect(blocks[0]).to.deep.equal({
      number: 2,
      hash: sha256('block 2'),
      previousHash: sha256('block 1'),
      dataHash: sha256('data 2'),
      timeMs: timeMs + 2,
      transactions: 3,
    });
    expect(blocks[2]).to.include({ number: 0, previousHash: null });
  });

  it('is shown on several pages', async () => {
    const first = (await served.ask('GET', '/blocks?limit=2', { token })).body as { next: string };
    expect(await items(`/blocks?limit=2&cursor=${first.next}`)).to.deep.equal([(await items('/blocks'))[2]]);
    const transactions = (await served.ask('GET', '/transactions?limit=4', { token })).body as { next: string };
    expect(await items(`/transactions?limit=4&cursor=${transactions.next}`)).to.deep.equal([
      (await items('/transactions'))[4],
    ]);
  });

  it('gives one block, and its own bytes to who asks for those', async () => {
    const { body, headers } = await served.ask('GET', '/blocks/1', { token });
    expect(body).to.deep.equal((await items('/blocks'))[1]);
    const raw = await served.ask('GET', '/blocks/1', { token, headers: { accept: 'application/octet-stream' } });
    expect(raw.body).to.equal('bytes of block 1');
    expect(raw.headers.get('content-type')).to.equal('application/octet-stream');
    const etag = headers.get('etag') ?? '';
    expect((await served.ask('GET', '/blocks/1', { token, headers: { 'if-none-match': etag } })).status).to.equal(304);
    const away = await served.ask('GET', '/blocks/9', { token, headers: { accept: 'application/octet-stream' } });
    expect(said(away)).to.equal('404 RECORD_NOT_FOUND');
  });

  it('tells every transaction with the name of its verdict', async () => {
    const { body } = await served.ask('GET', `/transactions/${txIdAt(2, 1)}`, { token });
    expect(body).to.deep.equal({
      txId: txIdAt(2, 1),
      block: 2,
      index: 1,
      type: 'ENDORSER_TRANSACTION',
      code: 'MVCC_READ_CONFLICT',
      validationCode: mvccConflict,
      creator: 'HarbourMSP',
      endorsers: ['HarbourMSP', 'StJuliansMSP'],
      chaincode: 'clubs',
      name: 'sealed:submit',
      timeMs: timeMs + 2,
    });
    const [, , , , first] = await items('/transactions');
    expect(first).to.include({ block: 0, txId: null, type: 'CONFIG', code: 'VALID' });
  });

  it('filters transactions by code, club and block', async () => {
    expect(await items('/transactions?code=MVCC_READ_CONFLICT')).to.have.length(1);
    expect(await items('/transactions?code=VALID')).to.have.length(3);
    expect(await items('/transactions?code=NO_SUCH_CODE')).to.deep.equal([]);
    expect(await items('/transactions?club=stjulians')).to.have.length(1);
    expect(await items('/transactions?club=orchard')).to.deep.equal([]);
    expect(await items('/transactions?block=2&code=VALID')).to.have.length(1);
    expect(await items('/transactions?block=9007199254740991')).to.deep.equal([]);
  });

  it('shows the first of two transactions of one id', async () => {
    await addBlock(served.node.listener, 3, [{ code: 9, txId: txIdAt(1) }]);
    const { body } = await served.ask('GET', `/transactions/${txIdAt(1)}`, { token });
    expect(body).to.include({ block: 1, code: 'VALID' });
  });
});
