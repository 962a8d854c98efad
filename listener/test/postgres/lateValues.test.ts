import { expect } from 'chai';
import fc from 'fast-check';
import type { Schemas } from '@reciprocal-clubs/openapi/types';
import type { DeliveredBlock } from '../../src/fabric/delivery.js';
import { Listening } from '../listening.js';
import { Story } from '../story.js';
import { World } from '../world.js';

describe('private values that come late', () => {
  let world: World;
  let story: Story;
  let listening: Listening;

  beforeEach(async () => {
    world = await World.start();
    story = new Story(world);
    listening = await Listening.to(world);
  });

  afterEach(() => listening.end());

  const without = (...numbers: number[]): void => {
    listening.source.alter = (delivered: DeliveredBlock, number) =>
      numbers.includes(number) ? { ...delivered, privateSets: [] } : delivered;
  };
  const arrived = (): void => {
    listening.source.alter = (delivered) => delivered;
  };
  const missing = () => listening.query('SELECT block, index, attempts FROM projection.missing ORDER BY block');
  const inTime = async (): Promise<Record<string, object[]>> => {
    const other = await Listening.to(world);
    await other.catchUp();
    const projection = await other.projection();
    await other.end();
    return projection;
  };

  it('are recorded as missing, and the record is not made without them', async () => {
    await story.agree();
    const issued = await story.issue();
    without(issued);
    await listening.catchUp();
    expect(await missing()).to.deep.equal([{ block: issued, index: 0, attempts: 0 }]);
    expect(await listening.record('pass', story.passId)).to.equal(undefined);
    const [version] = await listening.query<{ key: unknown; value: unknown; value_hash: Buffer }>(
      `SELECT key, value, value_hash FROM projection.version WHERE block = $1 AND collection = 'own_HarbourMSP'`,
      [issued],
    );
    expect(version).to.include({ key: null, value: null });
    expect(version?.value_hash).to.have.length(32);
  });

  it('make the projection what it would have been, and are told after what came before them', async () => {
    await story.agree();
    without(await story.issue());
    await story.describe('harbour');
    await listening.catchUp();
    arrived();
    await listening.askAgain();
    expect(await listening.projection()).to.deep.equal(await inTime());
    expect(await listening.told()).to.deep.equal([
      'clubs.founded',
      'agreements.proposed',
      'agreements.accepted',
      'clubs.described',
      'passes.issued',
    ]);
  });

  it('never stand over a newer value', async () => {
    await story.agree();
    await story.issue();
    const checkedIn = await story.checkIn();
    await story.checkOut();
    without(checkedIn);
    await listening.catchUp();
    const before = await listening.query(`SELECT body, block, hash FROM projection.record WHERE kind = 'visit'`);
    expect(before).to.have.length(1);
    arrived();
    await listening.askAgain();
    expect(await listening.query(`SELECT body, block, hash FROM projection.record WHERE kind = 'visit'`)).to.deep.equal(
      before,
    );
    expect(await listening.projection()).to.deep.equal(await inTime());
  });

  it('find the acts that came before them', async () => {
    await story.agree();
    without(await story.issue());
    await story.revoke();
    await story.suspend('stjulians');
    await listening.catchUp();
    arrived();
    await listening.askAgain();
    const pass = await listening.record<Schemas['PassBody']>('pass', story.passId);
    expect(pass?.state).to.equal('revoked');
    expect(pass?.revocation?.code).to.equal('standing');
    expect((await listening.told()).slice(-2)).to.deep.equal(['passes.issued', 'passes.revoked']);
    expect(await listening.projection()).to.deep.equal(await inTime());
  });

  it('of an own act: the record shows at once that it was done, and later why', async () => {
    await story.agree();
    await story.issue();
    without(await story.revoke());
    await listening.catchUp();
    const before = await listening.record<Schemas['PassBody']>('pass', story.passId);
    expect(before?.state).to.equal('revoked');
    expect(before).not.to.have.property('revocation');
    expect(await listening.told()).not.to.include('passes.revoked');
    arrived();
    await listening.askAgain();
    const after = await listening.record<Schemas['PassBody']>('pass', story.passId);
    expect(after?.revocation).to.deep.include({ code: 'standing' });
    expect(await listening.projection()).to.deep.equal(await inTime());
  });

  it('make the same in whatever order they come', async () => {
    await story.agree();
    await story.suspend('harbour');
    await story.resume('harbour');
    await story.issue();
    await story.checkIn();
    await story.checkOut();
    await story.checkIn();
    await story.suspend('stjulians');
    await story.revoke();
    const expected = await inTime();
    const numbers = fc.uniqueArray(fc.integer({ min: 2, max: world.height - 1 }), { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(numbers, async (late) => {
        const one = await Listening.to(world);
        const absent = new Set(late);
        one.source.alter = (delivered, number) => (absent.has(number) ? { ...delivered, privateSets: [] } : delivered);
        await one.catchUp();
        for (const number of late) {
          absent.delete(number);
          await one.query('UPDATE projection.missing SET next_attempt_at = CASE block WHEN $1 THEN now() ELSE $2 END', [
            number,
            new Date('2100-01-01'),
          ]);
          await one.late().askAgain(new AbortController().signal);
        }
        expect(await one.projection()).to.deep.equal(expected);
        await one.end();
      }),
      { numRuns: 4 },
    );
  }).timeout(60_000);

  it('are asked for less and less often, and one block at a time', async () => {
    await story.agree();
    const issued = await story.issue();
    without(issued);
    await listening.catchUp();
    for (const attempts of [1, 2, 3]) {
      await listening.askAgain();
      expect(await missing()).to.deep.equal([{ block: issued, index: 0, attempts }]);
      const [row] = await listening.query<{ seconds: number }>(
        'SELECT round(extract(epoch FROM next_attempt_at - now()))::int AS seconds FROM projection.missing',
      );
      expect(row?.seconds).to.be.within(2 ** attempts - 1, 2 ** attempts);
    }
    expect(listening.source.begun.slice(-3)).to.deep.equal([issued, issued, issued]);
  });

  it('are not taken when they are not what the block says', async () => {
    await story.agree();
    const issued = await story.issue();
    without(issued);
    await listening.catchUp();
    const other = listening.source.delivered(issued - 1).privateSets;
    listening.source.alter = (delivered) => ({ ...delivered, privateSets: other });
    await listening.askAgain();
    expect(await missing()).to.have.length(1);
    expect(await listening.record('pass', story.passId)).to.equal(undefined);
    listening.source.alter = (delivered) => ({
      ...delivered,
      privateSets: delivered.privateSets.map((set) => ({ ...set, rwset: Buffer.from('garbage') })),
    });
    await listening.askAgain();
    expect(await missing()).to.have.length(1);
  });

  it('of a key that was purged meanwhile are not waited for any more, and nothing of it stays', async () => {
    await story.agree();
    const issued = await story.issue();
    without(issued);
    const purge = ['own_HarbourMSP', 'own_StJuliansMSP'].map((collection) => ({
      collection,
      key: `pass/${story.passId}`,
      purge: true,
    }));
    await world.together([await world.lie(['harbour', 'stjulians'], ...purge)]);
    await listening.catchUp();
    expect(await missing()).to.deep.equal([]);
    arrived();
    const again = await Listening.to(world);
    await again.catchUp();
    for (const one of [listening, again]) {
      const rows = await one.query<{ value: unknown; value_hash: unknown }>(
        `SELECT value, value_hash FROM projection.version WHERE key_hash = sha256($1::text::bytea)`,
        [`pass/${story.passId}`],
      );
      expect(rows).to.have.length(4);
      expect(rows.every(({ value, value_hash }) => value === null && value_hash === null)).to.equal(true);
      expect(await one.record('pass', story.passId)).to.equal(undefined);
      expect(await one.query('SELECT * FROM projection.missing')).to.deep.equal([]);
    }
    await again.end();
  });
});
