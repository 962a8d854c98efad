import type { Schemas } from '@reciprocal-clubs/openapi/types';
import { expect } from 'chai';
import { ask, type Answer } from '../asking.js';
import { newKey } from '../first/journey.js';
import { introduction, issuedPass } from '../given.js';
import { operationOf, refused } from '../outcomes.js';
import { startedSystem, startPatienceMs, type System } from '../system.js';

describe('A command while a part of the system is away', function () {
  this.timeout(startPatienceMs);
  let system: System;

  before(async () => {
    system = await startedSystem();
  });

  /** What `use` does while a process is away; it is back afterwards whatever happened. */
  const without = async (process: string, use: () => Promise<void>): Promise<void> => {
    await system.control('stop', process);
    try {
      await use();
    } finally {
      await system.control('start', process);
    }
  };
  const asked = async () => ({ roles: ['secretary'], headers: newKey().header, body: await introduction(system) });
  const issue = (pass: Awaited<ReturnType<typeof asked>>, headers: Record<string, string> = {}): Promise<Answer> =>
    ask(system.harbour, 'POST', '/passes', { ...pass, headers: { ...pass.headers, ...headers } });
  /** The answer of the same request, once nothing that passes stands against it. The test's own time-out ends it. */
  const settled = async (again: () => Promise<Answer>): Promise<Answer> => {
    for (;;) {
      const answer = await again();
      if (answer.status < 400 || !(answer.body as Schemas['Problem']).retryable) return answer;
    }
  };

  it("needs the partner's peer for what is of both, and is carried out by the same key when it is back", async () => {
    const { harbour } = system;
    const known = await issuedPass(system);
    const pass = await asked();
    await without('stjulians-peer', async () => {
      const answer = await issue(pass);
      refused('PEER_UNAVAILABLE', answer, answer.body);
      const revoked = await ask(harbour, 'POST', `/passes/${known.id}/revoke`, {
        ...{ roles: ['secretary'], headers: newKey().header },
        body: { code: 'standing' },
      });
      expect([revoked.status, revoked.body]).to.have.nested.property('[1].state', 'revoked');
    });
    expect(await settled(() => issue(pass))).to.have.property('status', 201);
  });

  it('goes on by itself when ordering is back', async () => {
    const pass = await asked();
    let first: Answer | undefined;
    await without('ordering', async () => {
      first = await issue(pass, { prefer: 'respond-async' });
      expect(first.status).to.equal(202);
      const again = await issue(pass);
      refused('OPERATION_RUNNING', again, again.body);
    });
    const answer = await settled(() => issue(pass));
    expect(answer).to.deep.include({ status: 201 });
    expect(answer.headers.get('operation')).to.equal(first?.headers.get('operation'));
    const { attempts } = await operationOf(system.harbour, 'secretary', answer);
    expect(attempts.map(({ code }) => code)).to.deep.equal(['VALID']);
  });

  it('is told that the database is away, and is carried out by the same key when it is back', async () => {
    const pass = await asked();
    await without('postgres', async () => {
      const answers = [await issue(pass), await ask(system.harbour, 'GET', '/passes', { roles: ['auditor'] })];
      for (const answer of answers) refused('DATABASE_UNAVAILABLE', answer, answer.body);
    });
    expect(await settled(() => issue(pass))).to.have.property('status', 201);
  });
});
