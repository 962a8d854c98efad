import { createClubClient, type ClubClient } from '@reciprocal-clubs/openapi/client.js';
import { expect } from 'chai';
import { addBlock, addRecord } from './rows.js';
import { idOf, passBody } from './samples.js';
import { ServedClub } from './servedClub.js';

describe('The generated client', () => {
  let served: ServedClub;
  let client: ClubClient;

  before(async () => {
    served = await ServedClub.open();
    client = createClubClient({ baseUrl: served.url, token: await served.token('secretary') });
    await addBlock(served.node.listener, 1);
    await addRecord(served.node.listener, { kind: 'pass', id: idOf(1), body: passBody(idOf(1)), block: 1 });
  });

  after(() => served.close());

  it('reads what the document promises, with its types', async () => {
    const { data } = await client.GET('/passes/{passId}', { params: { path: { passId: idOf(1) } } });
    const state: 'issued' | 'cancelled' | 'revoked' | undefined = data?.state;
    expect(state).to.equal('revoked');
    const register = await client.GET('/passes', { params: { query: { limit: 5 } } });
    expect(register.data?.items.map(({ id, ledger }) => [id, ledger.block])).to.deep.equal([[idOf(1), 1]]);
  });

  it('gives the problem where there is one', async () => {
    const { error, response } = await client.POST('/passes/{passId}/revoke', {
      params: { path: { passId: idOf(9) }, header: { 'Idempotency-Key': 'a-pass-that-is-not-there' } },
      body: { code: 'standing' },
    });
    expect(response.status).to.equal(404);
    expect(error?.code).to.equal('PASS_NOT_FOUND');
  });

  it('without a token sees what is open to everybody', async () => {
    const stranger = createClubClient({ baseUrl: served.url });
    expect((await stranger.GET('/version')).data?.club).to.equal('harbour');
    expect((await stranger.GET('/clubs')).error?.code).to.equal('UNAUTHENTICATED');
  });
});
