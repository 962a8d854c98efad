import { expect } from 'chai';
import { said } from './problems.js';
import { addBlock, addRecord } from './rows.js';
import { idOf, passBody, visitBody } from './samples.js';
import { ServedClub } from './servedClub.js';

interface Page {
  readonly items: readonly { readonly id: string }[];
  readonly next: string | null;
}

const visits = 25;

describe('A register', () => {
  let served: ServedClub;
  let token = '';

  before(async () => {
    served = await ServedClub.open();
    token = await served.token('treasurer');
    const { listener } = served.node;
    for (let n = 1; n <= visits; n += 1) {
      await addBlock(listener, n);
      const businessDate = `2026-11-${String(n).padStart(2, '0')}`;
      const direction = n % 2 ? 'hosting' : 'visiting';
      const tags = { state: 'checked-in', partner: 'stjulians', direction, businessDate };
      await addRecord(listener, { kind: 'visit', id: idOf(n), body: visitBody(idOf(n), businessDate), tags, block: n });
    }
    await addRecord(listener, { kind: 'pass', id: idOf(77), body: passBody(idOf(77)), block: 1 });
  });

  after(() => served.close());

  async function page(query: string): Promise<Page> {
    const answer = await served.ask('GET', `/visits?${query}`, { token });
    expect(said(answer)).to.equal('200');
    return answer.body as Page;
  }

  async function all(query: string): Promise<string[]> {
    const ids: string[] = [];
    for (let next: string | null = ''; next !== null;) {
      const found: Page = await page(`${query}${next && `&cursor=${next}`}`);
      ids.push(...found.items.map(({ id }) => id));
      next = found.next;
    }
    return ids;
  }

  const newestFirst = Array.from({ length: visits }, (_, n) => idOf(visits - n));

  it('is read page by page, newest first, each record once', async () => {
    for (const limit of [1, 7, 24, 25, 26])
      expect(await all(`limit=${limit}`), String(limit)).to.deep.equal(newestFirst);
  });

  it('has pages of 50 unless another size is asked for', async () => {
    expect((await page('')).items).to.have.length(visits);
  });

  it('stays in order while records are added', async () => {
    const first = await page('limit=10');
    await addBlock(served.node.listener, 500);
    await addRecord(served.node.listener, { kind: 'visit', id: idOf(500), body: visitBody(idOf(500)), block: 500 });
    const second = await page(`limit=10&cursor=${first.next}`);
    await served.node.listener.query(`DELETE FROM projection.record WHERE id = $1`, [idOf(500)]);
    expect([...first.items, ...second.items].map(({ id }) => id)).to.deep.equal(newestFirst.slice(0, 20));
  });

  it('is filtered by what its records are tagged with, on every page', async () => {
    const hosting = newestFirst.filter((_, n) => n % 2 === 0);
    expect(await all('direction=hosting&limit=5')).to.deep.equal(hosting);
    expect(await all('direction=hosting&businessDate=2026-11-03')).to.deep.equal([idOf(3)]);
    expect(await all('state=checked-out')).to.deep.equal([]);
    expect(await all(`partner=orchard`)).to.deep.equal([]);
  });

  it('is filtered by business date, both ends included', async () => {
    expect(await all('from=2026-11-03&to=2026-11-05')).to.deep.equal([idOf(5), idOf(4), idOf(3)]);
    expect(await all('from=2026-11-24')).to.deep.equal([idOf(25), idOf(24)]);
    expect(await all('to=2026-11-01')).to.deep.equal([idOf(1)]);
    expect(await all('from=2026-11-05&to=2026-11-03')).to.deep.equal([]);
  });

  it('refuses a cursor of another register, other filters, another club, or nobody', async () => {
    const { next } = await page('limit=5&direction=hosting');
    const cursor = next ?? '';
    const [text = '', signature = ''] = cursor.split('.');
    const elsewhere = Buffer.from('[99999,0,""]').toString('base64url');
    const wrong = [
      `/passes?cursor=${cursor}`,
      `/blocks?cursor=${cursor}`,
      `/visits?cursor=${cursor}`,
      `/visits?direction=visiting&cursor=${cursor}`,
      `/visits?direction=hosting&cursor=${elsewhere}.${signature}`,
      `/visits?direction=hosting&cursor=${text}.${signature.slice(1)}`,
      `/visits?direction=hosting&cursor=${text}.`,
      `/visits?direction=hosting&cursor=${cursor}.x`,
      `/visits?direction=hosting&cursor=${cursor}A`,
      '/visits?cursor=nonsense',
    ];
    for (const path of wrong)
      expect(said(await served.ask('GET', path, { token })), path).to.equal('400 CURSOR_INVALID');
    expect((await page(`direction=hosting&limit=3&cursor=${cursor}`)).items).to.have.length(3);
  });
});
