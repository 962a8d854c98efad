import { createHash } from 'node:crypto';
import type { ErrorCode } from '@reciprocal-clubs/api/openapi/errors.generated.js';
import type { Schemas } from '@reciprocal-clubs/openapi/types';
import { expect } from 'chai';
import type { Club } from '../first/club.js';
import { newKey } from '../first/journey.js';
import { known } from '../given.js';
import { carriedOut, commandRefused } from '../outcomes.js';
import { startedSystem, startPatienceMs, type System } from '../system.js';

type PolicyName = Schemas['PolicyName'];
type Choice = Schemas['CastVoteBody']['choice'];

const hourMs = 3_600_000;

describe('A proposal over HTTP', () => {
  let system: System;

  before(async function () {
    this.timeout(startPatienceMs);
    system = await startedSystem();
    for (const club of system.clubs) await accredit(club, club.delegateHash);
  });

  const accredit = async (club: Club, delegate?: string): Promise<void> => {
    const body = { facilities: [], closures: [], keys: [], ...(delegate !== undefined && { delegate }) };
    const params = { ...newKey(), path: { clubId: club.id } };
    const described = await club.as('secretary').POST('/clubs/{clubId}/directory', { params, body });
    await known('clubs.described', system.clubs, described);
  };
  const settingOf = (name: PolicyName, value: number): Schemas['CirculateProposalBody'] => ({
    title: `${name}: ${value}`,
    textHash: createHash('sha256').update(name).digest('hex'),
    action: { type: 'set-policy', name, value },
    resolution: 'ordinary',
    earlyClose: true,
    closesAtMs: Date.now() + 72 * hourMs,
  });
  const circulate = (body: Schemas['CirculateProposalBody']) =>
    system.harbour.as('manager').POST('/proposals', { params: newKey(), body });
  const vote = (club: Club, proposalId: string, choice: Choice = 'for') =>
    club.as('delegate').POST('/proposals/{proposalId}/ballots', {
      params: { ...newKey(), path: { proposalId } },
      body: { choice },
    });
  const close = (club: Club, proposalId: string) =>
    club
      .as('manager')
      .POST('/proposals/{proposalId}/close', { params: { ...newKey(), path: { proposalId } }, body: {} });
  const execute = (club: Club, proposalId: string) =>
    club.as('manager').POST('/proposals/{proposalId}/execute', {
      params: { ...newKey(), path: { proposalId } },
      body: {},
    });
  const expected = (by: Club, role: 'manager' | 'delegate', type?: string, created = false) => ({
    ...{ by, role, created, address: ({ id }: { id: string }): string => `/proposals/${id}` },
    event: type === undefined ? undefined : { type, at: system.clubs },
  });
  /** A proposal on which every club has voted so. */
  const votedOn = async (body: Schemas['CirculateProposalBody'], choice: Choice): Promise<string> => {
    const { clubs } = system;
    const { id } = await known('governance.circulated', clubs, await circulate(body));
    for (const club of clubs) await known('governance.voted', clubs, await vote(club, id, choice));
    return id;
  };

  it('is circulated to every club, with roll and rule as they are now', async () => {
    const { harbour, clubs } = system;
    const body = settingOf('late-entry-hours', 72);
    const proposal = await carriedOut(
      await circulate(body),
      expected(harbour, 'manager', 'governance.circulated', true),
    );
    expect(proposal).to.deep.include({ state: 'circulated', proposer: harbour.id, ballots: [], action: body.action });
    expect(proposal.roll.map(({ club }) => club)).to.have.members(clubs.map(({ id }) => id));
  });

  it('is refused when it would end too early or set what the policy cannot be', async () => {
    const body = settingOf('late-entry-hours', 72);
    const cases: [ErrorCode, Partial<Schemas['CirculateProposalBody']>][] = [
      ['CLOSES_TOO_EARLY', { closesAtMs: Date.now() + hourMs }],
      ['POLICY_VALUE_INVALID', { action: { type: 'set-policy', name: 'late-entry-hours', value: 721 } }],
    ];
    for (const [code, more] of cases)
      await commandRefused(code, system.harbour, 'manager', await circulate({ ...body, ...more }));
  });

  it('is voted on by accredited delegates, once where ballots are final, and tells how each club voted', async () => {
    const { harbour, orchard } = system;
    const { id } = await known(
      'governance.circulated',
      system.clubs,
      await circulate(settingOf('late-entry-hours', 72)),
    );
    await accredit(harbour, 'f'.repeat(64));
    await commandRefused('NOT_THE_DELEGATE', harbour, 'delegate', await vote(harbour, id));
    await accredit(harbour, harbour.delegateHash);
    const voted = await carriedOut(await vote(harbour, id), expected(harbour, 'delegate', 'governance.voted'));
    expect(voted.ballots).to.have.length(1);
    expect(voted.ballots[0]).to.deep.include({ club: harbour.id, choice: 'for' });
    expect(await carriedOut(await vote(harbour, id), expected(harbour, 'delegate'))).to.deep.equal(voted);
    await commandRefused('BALLOT_FINAL', harbour, 'delegate', await vote(harbour, id, 'against'));
    const details = await commandRefused('VOTING_NOT_OVER', orchard, 'manager', await close(orchard, id));
    expect(details['uncast']).to.have.members(system.clubs.filter((club) => club !== harbour).map((club) => club.id));
    await commandRefused('NOT_CARRIED', orchard, 'manager', await execute(orchard, id));
  });

  it('is closed by any club when all have voted, and executed once; the policy has a new version', async () => {
    const { harbour, stJulians, orchard } = system;
    const value = 700;
    const id = await votedOn(settingOf('execution-window-hours', value), 'for');
    const closed = await carriedOut(await close(orchard, id), expected(orchard, 'manager', 'governance.carried'));
    expect(closed.state).to.equal('carried');
    expect(closed.result).to.deep.include({ eligible: 3, for: 3, against: 0, uncast: [] });
    await commandRefused('PROPOSAL_NOT_OPEN', orchard, 'manager', await close(orchard, id));
    await commandRefused('PROPOSAL_NOT_OPEN', harbour, 'delegate', await vote(harbour, id, 'against'));

    const done = await carriedOut(await execute(stJulians, id), expected(stJulians, 'manager', 'governance.executed'));
    expect(done.state).to.equal('executed');
    await commandRefused('NOT_CARRIED', stJulians, 'manager', await execute(stJulians, id));
    const name = { params: { path: { name: 'execution-window-hours' } } };
    for (const club of system.clubs) {
      const { data } = await club.as('auditor').GET('/policies/{name}', name);
      expect(data?.versions[0]).to.deep.include({ value, proposal: id });
    }
  });

  it('that was not carried is not executed', async () => {
    const { orchard, stJulians } = system;
    const id = await votedOn(settingOf('execution-window-hours', 900), 'against');
    const closed = await carriedOut(await close(orchard, id), expected(orchard, 'manager', 'governance.not-carried'));
    expect(closed.state).to.equal('not-carried');
    await commandRefused('NOT_CARRIED', stJulians, 'manager', await execute(stJulians, id));
  });

  it('waits for the delay that a policy asks for', async () => {
    const { harbour, orchard } = system;
    const first = await votedOn(settingOf('execution-delay-hours', 1), 'for');
    await known('governance.carried', system.clubs, await close(harbour, first));
    await known('governance.executed', system.clubs, await execute(harbour, first));
    const second = await votedOn(settingOf('execution-delay-hours', 0), 'for');
    await known('governance.carried', system.clubs, await close(harbour, second));
    const details = await commandRefused('EXECUTION_NOT_DUE', orchard, 'manager', await execute(orchard, second));
    expect(details['dueAtMs']).to.be.greaterThan(Date.now() + 0.9 * hourMs);
  });

  it('that nobody circulated is not found', async () => {
    const { harbour } = system;
    const nowhere = '0'.repeat(32);
    await commandRefused('PROPOSAL_NOT_FOUND', harbour, 'delegate', await vote(harbour, nowhere));
    for (const step of [close, execute])
      await commandRefused('PROPOSAL_NOT_FOUND', harbour, 'manager', await step(harbour, nowhere));
  });
});
