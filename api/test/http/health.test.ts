import { expect } from 'chai';
import { connectPool } from '@reciprocal-clubs/postgres/connect.js';
import { postgresForTests } from '@reciprocal-clubs/postgres/test/postgresForTests.js';
import { said } from './problems.js';
import { ServedClub } from './servedClub.js';

describe('The health of a node', () => {
  let served: ServedClub;

  beforeEach(async () => {
    served = await ServedClub.open();
    await served.node.listener.query(`UPDATE projection.listener SET state = 'following', seen_at = now()`);
    // Whether it is connected by now or not: it hears of the block, or finds it.
    await served.node.listener.query('UPDATE projection.cursor SET next = 1');
    await served.node.listener.query(`SELECT pg_notify('block', '0')`);
    await served.club.notifications.reach(1, 10_000);
  });

  afterEach(() => served.close());

  const health = async (path: string): Promise<{ status: number; failing: Record<string, string> }> => {
    const { status, body } = await served.ask('GET', path);
    const { checks } = body as { checks: { name: string; ok: boolean; detail: string }[] };
    return {
      status,
      failing: Object.fromEntries(checks.filter(({ ok }) => !ok).map(({ name, detail }) => [name, detail])),
    };
  };

  it('is well when everything it needs is there', async () => {
    for (const path of ['/health/live', '/health/started', '/health/ready'])
      expect(await health(path), path).to.deep.equal({ status: 200, failing: {} });
  });

  it('says when the listener does not follow', async () => {
    await served.node.listener.query(`UPDATE projection.listener SET state = 'halted', reason = 'a fork'`);
    expect(await health('/health/ready')).to.deep.equal({ status: 503, failing: { listener: 'halted' } });
    expect(await health('/health/started')).to.have.property('status', 200);
  });

  it('says when the listener lives no more, whatever it said last', async () => {
    for (const state of ['following', 'halted', 'reconnecting']) {
      await served.node.listener.query(
        `UPDATE projection.listener SET state = $1, seen_at = now() - interval '37 seconds'`,
        [state],
      );
      const { status, failing } = await health('/health/ready');
      expect(status).to.equal(503);
      expect(failing['listener']).to.match(/^not heard of for (37|38) s$/);
    }
    await served.node.listener.query(
      `UPDATE projection.listener SET state = 'following', seen_at = now() - interval '10 seconds'`,
    );
    expect(await health('/health/ready')).to.have.property('status', 200);
  });

  it('says when the read model is behind the own peer', async () => {
    served.peerHeight = 500;
    expect(await health('/health/ready')).to.deep.equal({
      status: 503,
      failing: { 'read model': '499 blocks behind the own peer' },
    });
  });

  it('says when migrations are missing', async () => {
    const owner = connectPool(served.node.database.owner, { application: 'test' });
    await owner.query('DELETE FROM records.migration');
    await owner.end();
    expect(await health('/health/started')).to.deep.equal({
      status: 503,
      failing: { migrations: 'missing in records' },
    });
  });

  it('says when Postgres may lose what it has committed', async () => {
    const { user, name } = served.node.database.api;
    await served.node.pool.query(`ALTER ROLE "${user}" IN DATABASE "${name}" SET synchronous_commit = off`);
    // Settings hold for connections made after them.
    const other = connectPool(served.node.database.api, { application: 'test', maxConnections: 1 });
    await other.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE usename = current_user AND datname = current_database() AND pid <> pg_backend_pid()`,
    );
    await other.end();
    const { failing } = await health('/health/started');
    expect(failing['durability']).to.match(/synchronous_commit off/);
  });

  it('says when the process stops', async () => {
    served.isStopping = true;
    expect(await health('/health/ready')).to.deep.equal({ status: 503, failing: { process: 'stops' } });
    expect(await health('/health/live')).to.have.property('status', 200);
  });

  it('says when the database is away, and then every read does, for as long as it is away', async () => {
    const token = await served.token('manager');
    const postgres = await postgresForTests();
    await postgres.stop();
    try {
      const { status, failing } = await health('/health/ready');
      expect(status).to.equal(503);
      expect(failing).to.include({ migrations: 'DATABASE_UNAVAILABLE', listener: 'DATABASE_UNAVAILABLE' });
      expect(await health('/health/live')).to.have.property('status', 200);
      for (const path of ['/clubs', '/visits', '/blocks/0', '/policies/late-entry-hours', '/operations/one']) {
        const answer = await served.ask('GET', path, { token });
        expect(said(answer), path).to.equal('503 DATABASE_UNAVAILABLE');
        expect(answer.headers.get('retry-after')).to.match(/^[1-9]\d*$/);
        expect(answer.body).to.have.property('retryable', true);
      }
      const command = { token, body: {}, headers: { 'idempotency-key': 'while-the-database-is-away' } };
      const proposal = `/proposals/${'ab'.repeat(16)}/close`;
      expect(said(await served.ask('POST', proposal, command))).to.equal('503 DATABASE_UNAVAILABLE');
    } finally {
      await postgres.start();
    }
    expect(said(await served.ask('GET', '/clubs', { token }))).to.equal('200');
  });
});
