import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { expect } from 'chai';
import { said } from './problems.js';
import { ServedClub } from './servedClub.js';

describe('What a request line may ask for', () => {
  let served: ServedClub;

  before(async () => {
    served = await ServedClub.open();
  });

  after(() => served.close());

  async function ask(path: string): Promise<string> {
    const { port } = served.listening;
    const [answer] = (await once(get({ host: '127.0.0.1', port, path }), 'response')) as [IncomingMessage];
    const body: unknown = JSON.parse(await text(answer));
    return said({ status: answer.statusCode ?? 0, headers: new Headers(), body });
  }

  it('is a path of the document', async () => expect(await ask('/ping')).to.equal('200'));

  for (const target of ['http://127.0.0.1/ping', 'HTTP://elsewhere/docs', 'ftp://x/ping', '/ping#', '/ping#x', '*'])
    it(`is nothing else: ${target}`, async () => expect(await ask(target)).to.equal('404 ROUTE_NOT_FOUND'));
});
