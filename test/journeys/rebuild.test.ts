import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createLog } from '@reciprocal-clubs/api/log.js';
import { Notifications } from '@reciprocal-clubs/api/postgres/notifications.js';
import { connectPool } from '@reciprocal-clubs/postgres/connect.js';
import { names } from '@reciprocal-clubs/postgres/names.js';
import { prepareDatabase } from '@reciprocal-clubs/postgres/prepareDatabase.js';
import { expect } from 'chai';
import { InboxConsumer } from '../faults/consumer.js';
import { ask, type Answer } from './asking.js';
import type { Club } from './first/club.js';
import { newKey } from './first/journey.js';
import { activeAgreement, arrive, introduction, issuedPass, known, made } from './given.js';
import { eventIds } from './haystacks.js';
import { databaseOf, startedSystem, startPatienceMs, type System } from './system.js';

const patienceMs = 60_000;

/** What a club knows from the ledger, table by table; not when it was stored, nor in which order it came to know. */
const tables = {
  cursor: 'SELECT next, last_hash FROM projection.cursor',
  block: 'SELECT number, hash, previous_hash, data_hash, bytes FROM projection.block ORDER BY number',
  transaction: 'SELECT * FROM projection.transaction ORDER BY block, index',
  quarantine: 'SELECT * FROM projection.quarantine ORDER BY block, index',
  version: 'SELECT * FROM projection.version ORDER BY collection, key_hash, block, index',
  missing: 'SELECT * FROM projection.missing ORDER BY block, index, collection',
  record: 'SELECT * FROM projection.record ORDER BY kind, id',
  expected_act: 'SELECT * FROM projection.expected_act ORDER BY collection, key_hash',
  event: 'SELECT block, index, n, id, type, data FROM projection.event ORDER BY block, index, n',
};

describe("A club's read model and all events, thrown away", function () {
  this.timeout(startPatienceMs);
  let system: System;
  let harbour: Club;
  let consumer: InboxConsumer;
  let kept: Record<string, unknown[]>;
  let old: { readonly send: () => Promise<Answer>; readonly answer: Answer; readonly read: Answer };

  before(async () => {
    system = await startedSystem();
    ({ harbour } = system);
    await history();
    const request = { roles: ['secretary'], headers: newKey().header, body: await introduction(system) };
    const send = (): Promise<Answer> => ask(harbour, 'POST', '/passes', request);
    const answer = await send();
    await settled();
    const read = await ask(harbour, 'GET', answer.headers.get('location') ?? '', { roles: ['auditor'] });
    old = { send, answer, read };
    kept = await projection();
    consumer = new InboxConsumer(harbour.profile);
    consumer.start();
    await consumer.until(() => consumer.acted.size === kept['event']?.length);
    await throwAway();
  });

  after(() => consumer?.stop());

  /** Something of every kind, in case no other test has made it. */
  const history = async (): Promise<void> => {
    const { stJulians } = system;
    const { id: agreementId } = await activeAgreement(system);
    const pass = await issuedPass(system);
    made(await arrive(system, { passId: pass.id }));
    const path = { agreementId };
    const suspended = await stJulians.as('manager').POST('/agreements/{agreementId}/suspend', {
      params: { ...newKey(), path },
      body: { code: 'other' },
    });
    made(suspended);
    made(
      await stJulians
        .as('manager')
        .POST('/agreements/{agreementId}/resume', { params: { ...newKey(), path }, body: {} }),
    );
    const revoked = await harbour.as('secretary').POST('/passes/{passId}/revoke', {
      params: { ...newKey(), path: { passId: pass.id } },
      body: { code: 'error', text: 'Issued twice.' },
    });
    await known('passes.revoked', [harbour, stJulians], revoked);
  };
  /** Every club has every block: nothing is on its way. */
  const settled = async (): Promise<void> => {
    const described = await harbour.as('secretary').POST('/clubs/{clubId}/directory', {
      params: { ...newKey(), path: { clubId: harbour.id } },
      body: { facilities: [], closures: [], keys: [], delegate: harbour.delegateHash },
    });
    await known('clubs.described', system.clubs, described);
  };
  const projection = async (): Promise<Record<string, unknown[]>> => {
    const pool = connectPool(databaseOf(system, harbour, 'owner'), { application: 'comparison' });
    try {
      const found: Record<string, unknown[]> = {};
      for (const [table, query] of Object.entries(tables)) found[table] = (await pool.query(query)).rows;
      return found;
    } finally {
      await pool.end();
    }
  };
  /** Drops Harbour's projection and all that NATS keeps, and lets the listener begin anew. */
  const throwAway = async (): Promise<void> => {
    for (const process of ['listener', 'nats']) await system.control('stop', process);
    rmSync(join(system.data, 'nats'), { recursive: true });
    const owner = connectPool(databaseOf(system, harbour, 'owner'), { application: 'rebuild' });
    await owner.query('DROP SCHEMA projection CASCADE');
    await owner.end();
    const { host, port } = databaseOf(system, harbour, 'owner');
    const password = (path: string): string => readFileSync(join(system.data, 'secrets', path), 'utf8').trim();
    const of = (role: string): string => password(join(harbour.id, `postgres-${role}.password`));
    const applied = await prepareDatabase(
      { host, port, database: 'postgres', user: 'postgres', password: password('postgres.password') },
      names(harbour.id),
      { owner: of('owner'), api: of('api'), listener: of('listener') },
    );
    expect(applied).to.include('projection/0001-ledger').and.not.to.include('records/0001-operations');
    for (const process of ['nats', 'listener']) await system.control('start', process);
    await followed();
    for (const club of system.clubs) await club.reconnect();
  };
  const followed = async (): Promise<void> => {
    const notifications = new Notifications(databaseOf(system, harbour, 'api'), createLog('test', 'error'));
    notifications.start();
    const [cursor] = kept['cursor'] as { next: number }[];
    expect(await notifications.reach(cursor?.next ?? Infinity, patienceMs)).to.equal(true);
    await notifications.close();
  };

  it('are the same again, row by row', async () => {
    const after = await projection();
    for (const table of Object.keys(tables)) expect(after[table], table).to.deep.equal(kept[table]);
    for (const table of ['block', 'transaction', 'version', 'record', 'event']) expect(kept[table]).not.to.be.empty;
    expect(kept['quarantine']).to.deep.equal([]);
    expect(kept['missing']).to.deep.equal([]);
  });

  it('are told again to the last event, at every club; whoever keeps an inbox does nothing twice', async () => {
    const events = kept['event'] ?? [];
    await consumer.until(() => consumer.repeats >= events.length);
    expect([consumer.acted.size, consumer.repeats]).to.deep.equal([events.length, events.length]);
    for (const club of system.clubs) {
      const pool = connectPool(databaseOf(system, club, 'owner'), { application: 'comparison' });
      const { rows } = await pool.query<{ id: string }>('SELECT id FROM projection.event ORDER BY position');
      await pool.end();
      expect(await eventIds(club, rows.length)).to.deep.equal(rows.map(({ id }) => id));
    }
  });

  it('leave the clubs where they were: an old key has its old answer, records read as before, and business goes on', async () => {
    const again = await old.send();
    expect([again.status, again.text]).to.deep.equal([old.answer.status, old.answer.text]);
    expect(again.headers.get('operation')).to.equal(old.answer.headers.get('operation'));
    const path = old.answer.headers.get('location') ?? '';
    const read = await ask(harbour, 'GET', path, { roles: ['auditor'] });
    expect([read.status, read.text]).to.deep.equal([200, old.read.text]);
    expect(read.headers.get('etag')).to.equal(old.read.headers.get('etag'));
    const pass = await issuedPass(system);
    expect(made(await arrive(system, { passId: pass.id }))).to.have.property('state', 'checked-in');
  });
});
