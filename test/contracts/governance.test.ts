import { expect } from 'chai';
import { clubIds } from './clubs.js';
import { described, id } from './given.js';
import type { World } from './world.js';

const actor = { ref: 'staff-2', role: 'delegate' };
const hourMs = 3_600_000;

describe('a proposal', () => {
  it('is circulated with the roll, the rule and the times frozen', async () => {
    const { world, proposalId, receipt } = await circulated();
    expect(receipt.consortiumWrites).to.deep.equal([`proposal/${proposalId}`]);
    expect(receipt.event).to.deep.equal({ changes: [{ slice: 'governance', change: 'circulated', id: proposalId }] });
    expect(receipt.result).to.deep.include({
      roll: clubIds.map((club) => ({ club, weight: 1 })),
      rule: {
        resolution: 'special',
        thresholdBp: 7500,
        of: 'cast',
        comparison: 'at-least',
        quorumBp: 5000,
        earlyClose: true,
      },
      state: 'circulated',
    });
    expect(await world.read('fjord', 'governance:proposal', proposalId)).to.deep.equal(receipt.result);
  });

  it('is refused when it would end too early or set what the policy cannot be', async () => {
    const { world, request } = await circulated();
    const refused = (code: string, more: object) =>
      world.expectRefusal(code, () =>
        world.submit('harbour', 'governance:circulate', { ...request, proposalId: id(), commandId: id(), ...more }),
      );
    await refused('CLOSES_TOO_EARLY', { closesAtMs: world.nowMs + 23 * hourMs });
    await refused('POLICY_VALUE_INVALID', { action: { ...request.action, value: 721 } });
    await refused('INVALID_REQUEST', { action: { type: 'call-anything', name: 'x' } });
    await world.expectRefusal('ID_TAKEN', () =>
      world.submit('harbour', 'governance:circulate', { ...request, commandId: id() }),
    );
    await world.expectRefusal('ALREADY_DONE', () => world.submit('harbour', 'governance:circulate', request));
    await world.expectRefusal('IDEMPOTENCY_MISMATCH', () =>
      world.submit('harbour', 'governance:circulate', { ...request, title: 'Another' }),
    );
  });

  it("is voted on by delegates' certificates: a public ballot and a marker in the voter's own collection", async () => {
    const { world, proposalId } = await circulated();
    const receipt = await vote(world, 'fjord', proposalId);
    const marker = `marker/${proposalId}`;
    expect(receipt.validationCode).to.equal(0);
    expect(receipt.consortiumWrites).to.deep.equal([`ballot/${proposalId}/fjord`]);
    expect(receipt.collections([marker])).to.deep.equal({
      own_FjordMSP: { writes: [marker], deletes: [], policies: [marker] },
    });
    await world.expectRefusal('NOT_THE_DELEGATE', () => vote(world, 'harbour', proposalId, 'for', { as: 'client' }));
    await world.expectRefusal('BALLOT_FINAL', () => vote(world, 'fjord', proposalId, 'against'));
    await world.expectRefusal('PROPOSAL_NOT_FOUND', () => vote(world, 'harbour', id()));
    await world.expectRefusal('PROPOSAL_NOT_OPEN', () =>
      vote(world, 'harbour', proposalId, 'for', { afterMs: 48 * hourMs + 1 }),
    );
  });

  it('closes early only when the whole roll has voted, is carried, executed once, and the contracts read the policy', async () => {
    const { world, proposalId } = await circulated();
    const [last = '', ...others] = [...clubIds].reverse();
    for (const club of others) await vote(world, club, proposalId);
    const details = await world.expectRefusal('VOTING_NOT_OVER', () => close(world, proposalId));
    expect(details).to.deep.include({ uncast: [last], disputed: [] });
    await world.expectRefusal('NOT_CARRIED', () => execute(world, proposalId));
    await vote(world, last, proposalId, 'against');
    const closed = await close(world, proposalId);
    expect(closed.consortiumWrites).to.deep.equal([`proposal/${proposalId}`]);
    expect(closed.result).to.deep.include({
      state: 'carried',
      result: { eligible: 5, for: 4, against: 1, abstain: 0, uncast: [], disputed: [] },
    });
    const executed = await execute(world, proposalId);
    expect(executed.consortiumWrites).to.deep.equal([
      'policies',
      'policy/late-entry-hours/2',
      `proposal/${proposalId}`,
    ]);
    expect(executed.event).to.have.nested.property('changes[1].id', 'late-entry-hours/2');
    await world.expectRefusal('NOT_CARRIED', () => execute(world, proposalId));
    await world.expectRefusal('PROPOSAL_NOT_OPEN', () => close(world, proposalId));
    const policies = await world.read('orchard', 'governance:policies');
    expect(policies)
      .to.have.nested.property('settings.late-entry-hours[1]')
      .deep.equal({ version: 2, value: 96, effectiveAtMs: world.nowMs });
  });

  it('closes after its time with the ballots that were cast; without a quorum it lapses', async () => {
    const { world, proposalId } = await circulated();
    await vote(world, 'harbour', proposalId);
    const after = 48 * hourMs;
    await world.expectRefusal('VOTING_NOT_OVER', () => close(world, proposalId, { afterMs: after }));
    const closed = await close(world, proposalId, { afterMs: after + 300_000 });
    expect(closed.result).to.have.property('state', 'lapsed');
  });

  it('is executed after its delay and within its window', async () => {
    const { world, proposalId } = await circulated();
    for (const club of clubIds) await vote(world, club, proposalId);
    await close(world, proposalId);
    await world.expectRefusal('EXECUTION_EXPIRED', () => execute(world, proposalId, { afterMs: 721 * hourMs }));
    expect((await execute(world, proposalId, { afterMs: 719 * hourMs })).validationCode).to.equal(0);
  });

  it('waits for the delay that a policy asks for', async () => {
    const { world, proposalId } = await circulated({
      action: { type: 'set-policy', name: 'execution-delay-hours', value: 12 },
    });
    for (const club of clubIds) await vote(world, club, proposalId);
    await close(world, proposalId);
    await execute(world, proposalId);
    const next = await circulated({}, world);
    for (const club of clubIds) await vote(world, club, next.proposalId);
    await close(world, next.proposalId);
    await world.expectRefusal('EXECUTION_NOT_DUE', () => execute(world, next.proposalId));
    expect((await execute(world, next.proposalId, { afterMs: 12 * hourMs })).validationCode).to.equal(0);
  });

  it('without early close takes a new ballot for an old one until it ends', async () => {
    const { world, proposalId } = await circulated({ earlyClose: false });
    for (const club of clubIds) await vote(world, club, proposalId, 'against');
    for (const club of clubIds) await vote(world, club, proposalId, 'for');
    await world.expectRefusal('VOTING_NOT_OVER', () => close(world, proposalId));
    const closed = await close(world, proposalId, { afterMs: 48 * hourMs + 300_000 });
    expect(closed.result).to.have.nested.property('result.for', 5);
  });

  it('does not count a ballot that a majority forged: it has no marker', async () => {
    const { world, proposalId } = await circulated();
    const forged = { v: 1, proposal: proposalId, club: 'harbour', choice: 'against', atMs: world.nowMs };
    const code = await world.lie(['stjulians', 'orchard', 'fjord'], {
      key: `ballot/${proposalId}/harbour`,
      value: JSON.stringify(forged),
    });
    expect(code, 'the majority may write the public key').to.equal(0);
    for (const club of clubIds.slice(1)) await vote(world, club, proposalId);
    const details = await world.expectRefusal('VOTING_NOT_OVER', () => close(world, proposalId));
    expect(details).to.deep.include({ uncast: ['harbour'], disputed: ['harbour'] });
    await vote(world, 'harbour', proposalId);
    expect((await close(world, proposalId)).result).to.have.nested.property('result.for', 5);
  });

  it('keeps a ballot and its marker from the voter alone, and from a majority without the voter', async () => {
    const { world, proposalId } = await circulated();
    await vote(world, 'harbour', proposalId);
    const marker = { collection: 'own_HarbourMSP', key: `marker/${proposalId}`, value: '{}' };
    const ballot = { key: `ballot/${proposalId}/harbour`, value: '{}' };
    expect(await world.lie(['harbour'], marker), 'the voter alone').to.equal(10);
    expect(await world.lie(['harbour', 'orchard'], marker), 'the voter and one other').to.equal(10);
    expect(await world.lie(['stjulians', 'orchard', 'fjord', 'lagoon'], ballot), 'everybody else').to.equal(10);
  });

  it('is not voted on by a club that was suspended when the roll was frozen', async () => {
    const world = await described();
    await world.suspend('lagoon');
    const { proposalId, receipt } = await circulated({}, world);
    expect((receipt.result as { roll: { club: string }[] }).roll.map(({ club }) => club)).to.deep.equal(
      clubIds.slice(0, -1),
    );
    await world.expectRefusal('NOT_ON_THE_ROLL', () => vote(world, 'lagoon', proposalId));
  });

  it('tells a repeated ballot from a changed one', async () => {
    const { world, proposalId } = await circulated();
    const first = await vote(world, 'fjord', proposalId);
    const details = await world.expectRefusal('ALREADY_DONE', () => vote(world, 'fjord', proposalId));
    expect(details['record']).to.deep.equal(first.result);
  });

  it('that sets a policy for later leaves the one in force in force', async () => {
    const { world } = await circulated();
    for (const days of [30, 40, 50]) {
      const action = {
        type: 'set-policy',
        name: 'late-entry-hours',
        value: 100 + days,
        effectiveAtMs: world.nowMs + days * 24 * hourMs,
      };
      const { proposalId } = await circulated({ action }, world);
      for (const club of clubIds) await vote(world, club, proposalId);
      await close(world, proposalId);
      await execute(world, proposalId);
    }
    const { settings } = (await world.read('harbour', 'governance:policies')) as {
      settings: Record<string, { value: number }[]>;
    };
    expect(settings['late-entry-hours']?.map(({ value }) => value)).to.deep.equal([72, 130, 140, 150]);
  });

  it("is not voted on without the voter's own endorsement", async () => {
    const { world, proposalId } = await circulated();
    const receipt = await vote(world, 'harbour', proposalId, 'for', { endorsers: ['stjulians', 'orchard', 'fjord'] });
    expect(receipt.validationCode).to.equal(10);
  });

  async function circulated(more: object = {}, given?: World) {
    const world = given ?? (await described());
    const proposalId = id();
    const request = {
      actor,
      commandId: id(),
      proposalId,
      title: 'Late entries for 96 hours',
      textHash: 'a'.repeat(64),
      action: { type: 'set-policy', name: 'late-entry-hours', value: 96 },
      resolution: 'special',
      earlyClose: true,
      closesAtMs: world.nowMs + 48 * hourMs,
      ...more,
    };
    const receipt = await world.submit('harbour', 'governance:circulate', request);
    expect(receipt.validationCode).to.equal(0);
    return { world, proposalId, request, receipt };
  }
  const vote = (world: World, club: string, proposalId: string, choice = 'for', options: object = {}) =>
    world.submit(club, 'governance:vote', { actor, proposalId, choice }, { as: 'delegate', ...options });
  const close = (world: World, proposalId: string, options: object = {}) =>
    world.submit('orchard', 'governance:close', { actor, commandId: id(), proposalId }, options);
  const execute = (world: World, proposalId: string, options: object = {}) =>
    world.submit('fjord', 'governance:execute', { actor, commandId: id(), proposalId }, options);
});
