import { expect } from 'chai';
import { connectPool } from '@reciprocal-clubs/postgres/connect.js';
import { postgresForTests } from '@reciprocal-clubs/postgres/test/postgresForTests.js';
import type { Schemas } from '@reciprocal-clubs/openapi/types';
import { parseEnvelope } from '@reciprocal-clubs/network/blocks/envelope.js';
import { Listening } from '../listening.js';
import { Story } from '../story.js';
import { borrowingIdOf, envelopesOf, orderedAfter, storedBlock } from '../ordered.js';
import { secret, World } from '../world.js';

describe('storing a block', () => {
  let world: World;
  let story: Story;
  let listening: Listening;

  before(async () => {
    world = await World.start();
    story = new Story(world);
    await story.agree();
  });

  beforeEach(async () => {
    listening = await Listening.to(world);
  });

  afterEach(() => listening.end());

  const txIdIn = (block: number, index = 0): string =>
    parseEnvelope(envelopesOf(storedBlock(world, block))[index] ?? Buffer.alloc(0)).txId;

  it('finds an act that comes in the block of its record, on either side of it', async () => {
    for (const actFirst of [false, true]) {
      const other = new Story(world);
      Object.assign(other, { agreementId: story.agreementId });
      const issue = await world.endorsed('harbour', 'passes.issue', other.issueRequest());
      const key = `act/revoke/${other.passId}`;
      const act = await world.lie(['harbour'], { collection: 'own_HarbourMSP', key, value: '{}' });
      const block = await world.together(actFirst ? [act, issue] : [issue, act]);
      await listening.catchUp();
      const told = await listening.query<{ type: string }>('SELECT type FROM projection.event WHERE block = $1', [
        block,
      ]);
      expect(told.map(({ type }) => type)).to.deep.equal(
        actFirst ? ['passes.issued'] : ['passes.issued', 'passes.revoked'],
      );
      expect((await listening.record<Schemas['PassBody']>('pass', other.passId))?.state).to.equal('revoked');
    }
  });

  it('keeps the current version of a key that one block writes twice', async () => {
    const block = await world.together([
      await world.lie(['harbour', 'stjulians'], { key: 'free', value: 'first' }),
      await world.lie(['harbour', 'stjulians'], { key: 'free', value: 'second' }),
    ]);
    await listening.catchUp();
    const rows = await listening.query<{ index: number; text: string; is_current: boolean }>(
      `SELECT index, convert_from(value, 'UTF8') AS text, is_current FROM projection.version WHERE key = 'free' AND block = $1 ORDER BY index`,
      [block],
    );
    expect(rows).to.deep.equal([
      { index: 0, text: 'first', is_current: false },
      { index: 1, text: 'second', is_current: true },
    ]);
  });

  it('takes a block of 10 MB', async () => {
    const size = 2_400_000;
    const envelopes = [];
    for (const key of ['a', 'b', 'c', 'd']) envelopes.push(await world.lie(['harbour', 'stjulians'], { key, size }));
    const block = await world.together(envelopes);
    await listening.catchUp();
    const [row] = await listening.query<{ bytes: number; values: number }>(
      `SELECT length(b.bytes) AS bytes, (SELECT sum(length(value))::int FROM projection.version v WHERE v.block = b.number) AS values
         FROM projection.block b WHERE number = $1`,
      [block],
    );
    expect(row?.bytes).to.be.greaterThan(9_600_000);
    expect(row?.values).to.equal(4 * size);
  });

  it('projects nothing of a transaction that is not valid, and says its verdict', async () => {
    const other = new Story(world);
    Object.assign(other, { agreementId: story.agreementId });
    const request = other.issueRequest();
    const [first, second] = [
      await world.endorsed('harbour', 'passes.issue', request),
      await world.endorsed('harbour', 'passes.issue', request),
    ];
    const block = await world.together([first, second]);
    await listening.catchUp();
    const codes = await listening.query<{ code: number }>(
      'SELECT code FROM projection.transaction WHERE block = $1 ORDER BY index',
      [block],
    );
    expect(codes[0]).to.deep.equal({ code: 0 });
    expect(codes[1]?.code).to.be.oneOf([10, 11]);
    const versions = await listening.query('SELECT FROM projection.version WHERE block = $1 AND index = 1', [block]);
    expect(versions).to.deep.equal([]);
    expect((await listening.record<Schemas['PassBody']>('pass', other.passId))?.state).to.equal('issued');
  });

  describe('with the verdicts of own commands', () => {
    const attempt = (txId: string): Promise<string> => listening.attempt(txId);
    const verdicts = async (): Promise<object[]> => {
      const owner = connectPool(listening.database.owner, { application: 'owner in tests' });
      const { rows } = await owner.query<object>(
        'SELECT tx_id, block, index, code FROM records.attempt ORDER BY tx_id',
      );
      await owner.end();
      return rows;
    };

    it('writes them in the transaction of the block, and tells of both', async () => {
      const txId = txIdIn(2);
      const operation = await attempt(txId);
      const heard: (string | undefined)[][] = [];
      const client = await listening.pool.connect();
      client.on('notification', ({ channel, payload }) => heard.push([channel, payload]));
      await client.query('LISTEN block');
      await client.query('LISTEN operation');
      await listening.catchUp(3);
      await client.query('SELECT');
      client.release(true);
      expect(await verdicts()).to.deep.equal([{ tx_id: txId, block: 2, index: 0, code: 0 }]);
      expect(heard.slice(0, 4)).to.deep.equal([
        ['block', '0'],
        ['block', '1'],
        ['operation', operation],
        ['block', '2'],
      ]);
    });

    it('also of what is not valid, and once: the same envelope again is a duplicate', async () => {
      const other = new Story(world);
      Object.assign(other, { agreementId: story.agreementId });
      const envelope = await world.endorsed('harbour', 'passes.issue', other.issueRequest());
      const block = await world.together([envelope]);
      const duplicate = await world.together([envelope]);
      await attempt(txIdIn(block));
      await listening.catchUp();
      expect(await verdicts()).to.deep.equal([{ tx_id: txIdIn(block), block, index: 0, code: 0 }]);
      const [row] = await listening.query('SELECT code FROM projection.transaction WHERE block = $1', [duplicate]);
      expect(row).to.deep.equal({ code: 9 });
    });

    it('and takes no envelope of a stranger for it that only bears the same id', async () => {
      const other = new Story(world);
      Object.assign(other, { agreementId: story.agreementId });
      const envelope = await world.endorsed('harbour', 'passes.issue', other.issueRequest());
      const { txId } = parseEnvelope(envelope);
      await attempt(txId);
      const badId = 8;
      const forged = borrowingIdOf(world, envelope, 'OrchardMSP');
      const first = orderedAfter(world, storedBlock(world, 2), [forged], { code: badId });
      const second = orderedAfter(world, first, [envelope]);
      listening.source.alter = (delivered, number) =>
        number === 3 || number === 4 ? { ...delivered, bytes: number === 3 ? first : second } : delivered;
      await listening.catchUp(4);
      expect(await verdicts()).to.deep.equal([{ tx_id: txId, block: null, index: null, code: null }]);
      await listening.catchUp(5);
      expect(await verdicts()).to.deep.equal([{ tx_id: txId, block: 4, index: 0, code: 0 }]);
    });

    it('and leaves them when the projection is built anew', async () => {
      await attempt(txIdIn(2));
      await listening.catchUp(4);
      const before = await verdicts();
      await listening.dropProjection();
      await listening.catchUp(4);
      expect(await verdicts()).to.deep.equal(before);
    });
  });

  it('goes on when Postgres was restarted in the middle', async () => {
    const postgres = await postgresForTests();
    let restarted = false;
    listening.source.alter = async (delivered, number) => {
      if (number === 2 && !restarted) {
        restarted = true;
        await postgres.stop();
        await postgres.start();
      }
      return delivered;
    };
    await listening.catchUp();
    const alone = await Listening.to(world);
    await alone.catchUp();
    expect(restarted).to.equal(true);
    expect(await listening.projection()).to.deep.equal(await alone.projection());
    await alone.end();
  }).timeout(30_000);

  it('does not work on a schema that it does not know', async () => {
    const owner = connectPool(listening.database.owner, { application: 'owner in tests' });
    await owner.query(`UPDATE projection.migration SET checksum = $1`, [secret()]);
    await owner.end();
    await listening.followUntil(() => listening.counts.reconnects > 0);
    expect(listening.log[0]?.['reason']).to.match(/migrate it/);
    expect(listening.source.begun).to.deep.equal([]);
  });
});
