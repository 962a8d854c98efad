import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { openClub, type Club } from '@reciprocal-clubs/api/club.js';
import { commands } from '@reciprocal-clubs/api/commands.js';
import { readConfiguration } from '@reciprocal-clubs/api/configuration.js';
import { readRoutes } from '@reciprocal-clubs/api/http/readRoutes.js';
import { createLog } from '@reciprocal-clubs/api/log.js';
import { CommandDesk, type Submission } from '@reciprocal-clubs/api/operations/commandDesk.js';
import type { Answer } from '@reciprocal-clubs/api/operations/operationStore.js';
import { expect } from 'chai';
import { CountedCalls } from './countedCalls.js';
import { addDays, newKey } from './first/journey.js';
import { arrive, introduction, issuedPass, known, made } from './given.js';
import { startedSystem, startPatienceMs, type System } from './system.js';

const patienceMs = 10_000;
const subject = 'staff-cost';

/** A club's node in this process, beside the one that serves: on the same database, with the same identities. */
interface Desk {
  readonly club: Club;
  readonly desk: CommandDesk;
}

describe('A write of a node whose read model is up to date', function () {
  this.timeout(startPatienceMs);
  let system: System;
  let harbour: Desk;
  let stJulians: Desk;
  let counted: CountedCalls;

  before(async () => {
    system = await startedSystem();
    for (const club of system.clubs) {
      const body = { facilities: [], closures: [], keys: [], delegate: club.delegateHash };
      const params = { ...newKey(), path: { clubId: club.id } };
      const described = await club.as('secretary').POST('/clubs/{clubId}/directory', { params, body });
      await known('clubs.described', system.clubs, described);
    }
    const configuration = readConfiguration([join(system.data, 'configuration', 'api.json')], {});
    const open = (id: string): Desk => {
      const found = configuration.clubs.find((one) => one.id === id);
      if (!found) throw new Error(`the API serves no ${id}`);
      const club = openClub(found, configuration, createLog('test', 'error'));
      return { club, desk: new CommandDesk(club, commands) };
    };
    harbour = open('harbour');
    stJulians = open('stjulians');
    counted = new CountedCalls();
  });

  after(async () => {
    counted?.end();
    for (const node of [harbour, stJulians]) {
      await node?.desk.close();
      await node?.club.close();
    }
  });

  const upToDate = async ({ club }: Desk): Promise<void> => {
    expect(await club.notifications.reach(await club.ledger.client.height(), patienceMs)).to.equal(true);
  };
  const send = async ({ desk }: Desk, name: string, asked: Partial<Submission>) => {
    const command = commands.get(name);
    if (!command) throw new Error(`there is no command ${name}`);
    const { operation, answer } = await desk.submit(command, {
      ...{ subject, roles: ['manager'], params: {}, body: {} },
      idempotencyKey: randomBytes(16).toString('hex'),
      ...asked,
    });
    if (!answer) throw new Error(`${name} was not answered in time`);
    return { operation, answer };
  };
  const submit = async (...command: Parameters<typeof send>): Promise<Answer> => (await send(...command)).answer;
  const proposal = (): object => ({
    ...{ title: 'Late entries', textHash: '0'.repeat(64), resolution: 'ordinary', earlyClose: true },
    action: { type: 'set-policy', name: 'late-entry-hours', value: 72 },
    closesAtMs: Date.now() + 72 * 3_600_000,
  });
  const idIn = (answer: Answer): string =>
    'body' in answer && 'id' in answer.body ? String(answer.body.id) : expect.fail(JSON.stringify(answer));
  /** Carries a command out and expects its price. @returns id of its record */
  const cheaply = async (node: Desk, name: string, asked: Partial<Submission>): Promise<string> => {
    await upToDate(node);
    const { result, signatures, calls } = await counted.of(() => submit(node, name, asked));
    expect({ name, signatures, calls }).to.deep.equal({ name, signatures: 2, calls: ['Endorse', 'Submit'] });
    return idIn(result);
  };

  it('is two signatures and two calls, whatever it writes; the same key again is none', async () => {
    const once = { idempotencyKey: randomBytes(16).toString('hex'), body: await introduction(system) };
    const passId = await cheaply(harbour, 'passes.issue', once);
    const again = await counted.of(() => submit(harbour, 'passes.issue', once));
    expect([idIn(again.result), again.signatures, again.calls]).to.deep.equal([passId, 0, []]);
    await upToDate(stJulians);
    const visitId = await cheaply(stJulians, 'visits.checkIn', { body: { passId } });
    await cheaply(stJulians, 'visits.checkOut', { params: { visitId } });
    await cheaply(harbour, 'passes.revoke', { params: { passId }, body: { code: 'error' } });
    const proposalId = await cheaply(harbour, 'governance.circulate', { body: proposal() });
    const ballot = { roles: ['delegate'], params: { proposalId }, body: { choice: 'for' } };
    await cheaply(harbour, 'governance.vote', ballot);
  });

  it('has reads that cost nothing', async () => {
    const { agreementId, id: passId } = await issuedPass(system);
    const visit = made(await arrive(system, { passId }));
    const { operation, answer } = await send(harbour, 'governance.circulate', { body: proposal() });
    const { txId } = visit.ledger;
    const params = {
      ...{ clubId: 'orchard', name: 'late-entry-hours', agreementId, n: '1', passId, visitId: visit.id },
      ...{ proposalId: idIn(answer), number: '1', txId, operationId: operation },
    };
    await upToDate(harbour);
    const caller = { subject, roles: ['manager' as const], role: 'manager' as const };
    const asked = { params, query: { limit: 50 }, body: undefined, caller, correlationId: '', header: () => undefined };
    for (const [id, read] of Object.entries(readRoutes(harbour.club))) {
      const { result, signatures, calls } = await counted.of(() => read(asked));
      expect({ id, status: result.status, signatures, calls }).to.deep.equal({
        id,
        status: 200,
        signatures: 0,
        calls: [],
      });
    }
  });

  it('otherwise asks its peer what it does not know yet, and succeeds', async () => {
    const today = await system.stJulians.today();
    const { id: passId } = await issuedPass(system, { from: addDays(today, -1), to: today });
    await upToDate(stJulians);
    await system.control('stop', 'listener');
    try {
      const before = await stJulians.club.ledger.client.height();
      const late = system.stJulians.as('front-desk').POST('/visits', {
        params: newKey(),
        body: { passId, businessDate: addDays(today, -1) },
      });
      for (const { club } of [harbour, stJulians]) while ((await club.ledger.client.height()) <= before);
      const price = counted.of(() => submit(stJulians, 'visits.checkIn', { body: { passId } }));
      await system.control('start', 'listener');
      const { result, calls, signatures } = await price;
      expect(idIn(result)).not.to.equal(made(await late).id);
      expect(calls).to.deep.equal(['Endorse', 'Evaluate', 'Evaluate', 'Endorse', 'Submit']);
      expect(signatures).to.equal(5);
    } finally {
      await system.control('start', 'listener');
    }
  });
});
