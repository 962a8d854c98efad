import { foundRegistry } from '@reciprocal-clubs/api/clubs/foundRegistry.js';
import { LedgerError } from '@reciprocal-clubs/api/fabric/ledgerError.js';
import type { Committed } from '@reciprocal-clubs/api/fabric/submission.js';
import { setTimeout as delay } from 'node:timers/promises';
import { agreement } from '../journeys/ledger/agreement.js';
import type { Journey } from '../journeys/ledger/journey.js';
import { newId } from '../journeys/ledger/secrets.js';

const pauseMs = 50;

/** Visitors who come and go without end: what a desk does, whatever fails meanwhile. */
export class Visitors {
  /** every transaction that was reported as committed */
  readonly reported: Committed[] = [];
  /** what went wrong on the way, by code */
  readonly troubles = new Map<string, number>();
  visits = 0;
  #stopped = false;

  constructor(private readonly journey: Journey) {}

  async prepare(): Promise<{ agreementId: string; today: string }> {
    await foundRegistry(this.journey.harbour.ledger);
    return agreement(this.journey);
  }

  /** Until `stop`: a pass, a check-in, a check-out, for one member after the other. */
  async run({ agreementId, today }: { agreementId: string; today: string }): Promise<void> {
    while (!this.#stopped) {
      await this.#visit(agreementId, today);
      this.visits += 1;
    }
  }

  stop(): void {
    this.#stopped = true;
  }

  async #visit(agreementId: string, today: string): Promise<void> {
    const { harbour, stJulians } = this.journey;
    const member = harbour.secrets.member(`HRB-${newId()}`, agreementId);
    const stay = { home: harbour.id, host: stJulians.id, agreementId, passId: newId(), pseudonym: member.pseudonym };
    await this.#persist(() => ({
      club: harbour,
      name: 'passes.issue',
      request: {
        actor: harbour.actor('secretary'),
        ...stay,
        category: 'full',
        from: today,
        to: today,
        party: { family: 0, guests: 0 },
        residentOk: true,
        exclusionTag: member.exclusionTag,
      },
    }));
    for (const name of ['visits.checkIn', 'visits.checkOut']) {
      const late = name === 'visits.checkIn' ? { late: false } : {};
      await this.#persist(() => ({
        club: stJulians,
        name,
        request: { actor: stJulians.actor('front-desk'), ...stay, businessDate: today, ...late },
      }));
    }
  }

  /** The same command id until it is done: however often it is tried, it is carried out once. */
  async #persist(make: () => { club: Journey['harbour']; name: string; request: object }): Promise<void> {
    const { club, name, request } = make();
    const commandId = newId();
    while (!this.#stopped) {
      try {
        const { committed } = await club.ledger.command(name, { ...request, commandId });
        if (committed) this.reported.push(committed);
        return;
      } catch (error) {
        if (!(error instanceof LedgerError)) throw error;
        this.troubles.set(error.code, (this.troubles.get(error.code) ?? 0) + 1);
        await delay(pauseMs);
      }
    }
  }
}
