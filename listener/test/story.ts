import { createHash } from 'node:crypto';
import { canonicalJson } from '@reciprocal-clubs/chaincode/ledger/canonicalJson.js';
import { id, secret, type ClubId, type World } from './world.js';

/** What clubs do, one step after the other. Harbour is the home club, St Julian's the host. */
export class Story {
  readonly agreementId = id();
  readonly passId = id();
  readonly pseudonym = secret();
  readonly exclusionTag = secret();

  constructor(readonly world: World) {}

  found(): Promise<number> {
    return this.world.submit('harbour', 'clubs:found');
  }

  describe(club: ClubId, more: object = {}): Promise<number> {
    const delegate = this.world.delegateHash(club);
    const entry = { actor: secretary, club, facilities: ['library'], closures: [], keys: [], delegate, ...more };
    return this.world.submit(club, 'clubs:describe', entry);
  }

  propose(): Promise<number> {
    return this.world.command('harbour', 'agreements.propose', {
      actor: manager,
      parties: ['harbour', 'stjulians'],
      commandId: id(),
      agreementId: this.agreementId,
      effectiveFrom: this.world.date('harbour', -3),
      terms,
    });
  }

  accept(): Promise<number> {
    return this.world.command('stjulians', 'agreements.accept', {
      actor: manager,
      parties: ['harbour', 'stjulians'],
      commandId: id(),
      agreementId: this.agreementId,
      termsHash: termsHash(),
    });
  }

  async agree(): Promise<void> {
    await this.found();
    await this.propose();
    await this.accept();
  }

  suspend(club: ClubId): Promise<number> {
    return this.world.command(club, 'agreements.suspend', { ...this.#onAgreement(), code: 'conduct' });
  }

  resume(club: ClubId): Promise<number> {
    return this.world.command(club, 'agreements.resume', this.#onAgreement());
  }

  issueRequest(more: object = {}): object {
    return {
      actor: secretary,
      home: 'harbour',
      host: 'stjulians',
      commandId: id(),
      agreementId: this.agreementId,
      passId: this.passId,
      pseudonym: this.pseudonym,
      category: 'full',
      from: this.world.date('stjulians', -2),
      to: this.world.date('stjulians', 14),
      party: { family: 0, guests: 1 },
      residentOk: true,
      exclusionTag: this.exclusionTag,
      ...more,
    };
  }

  issue(more: object = {}): Promise<number> {
    return this.world.command('harbour', 'passes.issue', this.issueRequest(more));
  }

  revokeRequest(): object {
    return {
      actor: secretary,
      home: 'harbour',
      host: 'stjulians',
      passId: this.passId,
      code: 'standing',
      text: 'Left.',
    };
  }

  revoke(): Promise<number> {
    return this.world.command('harbour', 'passes.revoke', this.revokeRequest());
  }

  checkIn(more: object = {}): Promise<number> {
    return this.world.command('stjulians', 'visits.checkIn', { ...this.#visit(), late: false, ...more });
  }

  checkOut(): Promise<number> {
    return this.world.command('stjulians', 'visits.checkOut', this.#visit());
  }

  #visit(): object {
    return {
      actor: frontDesk,
      home: 'harbour',
      host: 'stjulians',
      commandId: id(),
      agreementId: this.agreementId,
      passId: this.passId,
      pseudonym: this.pseudonym,
      businessDate: this.world.date('stjulians'),
    };
  }

  #onAgreement(): object {
    return { actor: manager, parties: ['harbour', 'stjulians'], agreementId: this.agreementId };
  }
}

/** Clubs decide together. */
export class Vote {
  readonly proposalId = id();

  constructor(readonly world: World) {}

  circulate(title = 'Shorter clocks'): Promise<number> {
    return this.world.submit('orchard', 'governance:circulate', {
      actor: { ref: 'staff-7', role: 'secretariat' },
      commandId: id(),
      proposalId: this.proposalId,
      title,
      textHash: secret(),
      action: { type: 'set-policy', name: 'clock-bound-seconds', value: 200 },
      resolution: 'unanimous',
      earlyClose: true,
      closesAtMs: this.world.nowMs + 30 * 3_600_000,
    });
  }

  vote(club: ClubId, choice = 'for'): Promise<number> {
    const request = { actor: { ref: 'staff-8', role: 'delegate' }, proposalId: this.proposalId, choice };
    return this.world.submit(club, 'governance:vote', request, { as: 'Delegate' });
  }

  close(): Promise<number> {
    return this.world.submit('harbour', 'governance:close', this.#request());
  }

  execute(): Promise<number> {
    return this.world.submit('harbour', 'governance:execute', this.#request());
  }

  #request(): object {
    return { actor: { ref: 'staff-7', role: 'secretariat' }, commandId: id(), proposalId: this.proposalId };
  }
}

const manager = { ref: 'staff-1', role: 'manager' };
const secretary = { ref: 'staff-4', role: 'secretary' };
const frontDesk = { ref: 'staff-9', role: 'front-desk' };

const terms = {
  directions: ['harbour', 'stjulians'].map((host) => ({
    host,
    eligibleCategories: ['full'],
    limits: [{ unit: 'day', window: { kind: 'rolling', days: 30 }, max: 20 }],
    noticeDays: 60,
  })),
};

const termsHash = (): string => createHash('sha256').update(canonicalJson(terms)).digest('hex');
