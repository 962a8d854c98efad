import { setTimeout as delay } from 'node:timers/promises';
import type { Club } from '../journeys/first/club.js';
import { newKey } from '../journeys/first/journey.js';
import type { Called } from '../journeys/first/narrator.js';

const pauseMs = 50;

/** What a club's node acknowledged. */
export interface Acknowledged {
  readonly txId: string;
  readonly block: number;
  readonly club: string;
  readonly kind: 'pass' | 'visit';
  readonly id: string;
}

interface Answered {
  readonly id: string;
  readonly ledger: { readonly txId: string; readonly block: number };
}

/** Visitors who come and go without end: what club systems do over HTTP, whatever fails meanwhile. */
export class Visitors {
  readonly acknowledged: Acknowledged[] = [];
  /** what went wrong on the way, by code */
  readonly troubles = new Map<string, number>();
  visits = 0;
  #stopped = false;

  constructor(
    private readonly home: Club,
    private readonly host: Club,
  ) {}

  /** Until `stop`: a pass, a check-in, a check-out, for one member after the other. What was begun is finished. */
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
    const memberNumber = `HRB-${Date.now()}`;
    const introduction = { agreementId, memberNumber, category: 'full', from: today, to: today };
    const party = { family: 0, guests: 0 };
    const { id: passId } = await this.#persist(this.home, 'pass', (params) =>
      this.home.as('secretary').POST('/passes', { params, body: { ...introduction, party, residentOk: true } }),
    );
    const { id: visitId } = await this.#persist(this.host, 'visit', (params) =>
      this.host.as('front-desk').POST('/visits', { params, body: { passId } }),
    );
    await this.#persist(this.host, 'visit', (params) =>
      this.host
        .as('front-desk')
        .POST('/visits/{visitId}/check-out', { params: { ...params, path: { visitId } }, body: {} }),
    );
  }

  /** The same key until it is done: however often it is tried, it is carried out once. */
  async #persist(
    club: Club,
    kind: Acknowledged['kind'],
    ask: (params: ReturnType<typeof newKey>) => Promise<Called<object>>,
  ): Promise<Answered> {
    const params = newKey();
    for (;;) {
      const { data, error } = await ask(params).catch(unreachable);
      if (isRecord(data)) {
        this.acknowledged.push({ ...data.ledger, club: club.id, kind, id: data.id });
        return data;
      }
      const { code } = (error ?? { code: 'NOT_YET' }) as { code?: string };
      this.troubles.set(code ?? 'unknown', (this.troubles.get(code ?? 'unknown') ?? 0) + 1);
      await delay(pauseMs);
    }
  }
}

const unreachable = (error: unknown): { data?: never; error: { code: string } } => {
  // fetch: the node is away, or ended while it was answering
  if (!(error instanceof TypeError && error.cause)) throw error;
  return { error: { code: 'unreachable' } };
};

const isRecord = (data: object | undefined): data is Answered => data !== undefined && 'ledger' in data && 'id' in data;
