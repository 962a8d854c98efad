import { expect } from 'chai';
import fc from 'fast-check';
import { agreed, founded, id, issue } from './given.js';
import { mspOf } from './clubs.js';
import { Refused } from './refused.js';
import type { World } from './world.js';

/** Harbour and St Julian's are honest, Lagoon lies. Harbour's members visit both. */
const honestHost = 'stjulians';
const liar = 'lagoon';
const kinds = ['pair', 'agreement', 'terms', 'pass', 'usage', 'visit'];

interface Stay {
  home: string;
  host: string;
  agreementId: string;
  passId: string;
  pseudonym: string;
}

type Host = typeof honestHost | typeof liar;

type Action =
  | { do: 'visit'; host: Host; member: number; days: number }
  | { do: 'write its half alone'; member: number }
  | { do: 'drop its half'; member: number }
  | { do: 'squat a key'; days: number }
  | { do: 'write a half of others'; member: number }
  | { do: 'replay an old carry'; member: number; days: number }
  | { do: 'endorse a wrong result'; member: number }
  | { do: 'hold back a check-in'; member: number; days: number }
  | { do: 'submit what was held back' };

const member = fc.integer({ min: 0, max: 1 });
const days = fc.integer({ min: -2, max: 0 });
const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('visit' as const),
      host: fc.constantFrom<Host>(honestHost, liar),
      member,
      days,
    }),
  },
  fc.record({ do: fc.constant('write its half alone' as const), member }),
  fc.record({ do: fc.constant('drop its half' as const), member }),
  fc.record({ do: fc.constant('squat a key' as const), days }),
  fc.record({ do: fc.constant('write a half of others' as const), member }),
  fc.record({ do: fc.constant('replay an old carry' as const), member, days }),
  fc.record({ do: fc.constant('endorse a wrong result' as const), member }),
  fc.record({ do: fc.constant('hold back a check-in' as const), member, days }),
  fc.record({ do: fc.constant('submit what was held back' as const) }),
);

describe('a club that lies', () => {
  it('changes no record of two clubs alone, exceeds no cap, and leaves honest records readable', async function () {
    this.timeout(120_000);
    await fc.assert(
      fc.asyncProperty(fc.array(action, { minLength: 4, maxLength: 12 }), async (actions) => {
        const story = await Story.begin();
        for (const one of actions) await story.play(one);
        await story.end();
      }),
      { numRuns: 12 },
    );
  });
});

class Story {
  readonly #held: Buffer[] = [];
  #half: unknown;
  #heightBefore = 0;

  private constructor(
    private readonly world: World,
    private readonly stays: Record<Host, Stay[]>,
  ) {}

  static async begin(): Promise<Story> {
    const world = await founded();
    const stays: Record<Host, Stay[]> = { [honestHost]: [], [liar]: [] };
    for (const host of [honestHost, liar] as const) {
      const { agreementId } = await agreed({}, { world, parties: ['harbour', host], host });
      for (let n = 0; n < 2; n += 1) {
        const { actor: _a, commandId: _c, ...pass } = issue(world, agreementId, host);
        await world.command('harbour', 'passes.issue', {
          ...pass,
          actor: { ref: 'staff-4', role: 'secretary' },
          commandId: id(),
        });
        stays[host].push({ home: 'harbour', host, agreementId, passId: pass.passId, pseudonym: pass.pseudonym });
      }
    }
    const story = new Story(world, stays);
    story.#half = await story.#harboursHalf();
    return story;
  }

  /** After every action: Harbour's half changed only by valid transactions that Harbour and the partner endorsed. */
  async play(one: Action): Promise<void> {
    const peer = this.world.network.peer(mspOf('harbour'));
    this.#heightBefore = peer.height;
    await this.#perform(one);
    const half = await this.#harboursHalf();
    if (JSON.stringify(half) !== JSON.stringify(this.#half)) this.#expectBothEndorsed(one);
    this.#half = half;
    await this.#expectCaps();
  }

  async end(): Promise<void> {
    const [stay] = this.stays[honestHost];
    if (!stay) throw new Error('no member');
    const fresh = issue(this.world, stay.agreementId, honestHost);
    expect((await this.world.command('harbour', 'passes.issue', fresh)).validationCode, 'honest clubs go on').to.equal(
      0,
    );
    expect(await this.world.list(honestHost, 'visit')).to.deep.equal(
      (await this.world.list('harbour', 'visit')).filter((visit) => (visit as Stay).host === honestHost),
    );
  }

  async #perform(one: Action): Promise<void> {
    switch (one.do) {
      case 'visit':
        return this.#visit(one.host, one.member, one.days);
      case 'write its half alone':
        return this.#expectNotValid(await this.world.lie([liar], this.#lie(liar, one.member, '{}')));
      case 'drop its half':
        return this.#expectNotValid(
          await this.world.lie([liar], { collection: `own_${mspOf(liar)}`, key: this.#passKey(liar, one.member) }),
        );
      case 'squat a key':
        // A new key in its own collection is the liar's right; whoever meets it there sees that the halves differ.
        await this.world.lie([liar], {
          collection: `own_${mspOf(liar)}`,
          key: `visit/${id()}/${liar}/${id()}/${this.world.date(one.days)}`,
          value: '{}',
        });
        return undefined;
      case 'write a half of others':
        return this.#expectNotValid(await this.world.lie([liar], this.#lie('harbour', one.member, '{}')));
      case 'replay an old carry':
        return this.#replay(one.member, one.days);
      case 'endorse a wrong result':
        return this.#wrongResult(one.member);
      case 'hold back a check-in':
        return this.#holdBack(one.member, one.days);
      case 'submit what was held back':
        await this.#submitHeld();
        return undefined;
    }
  }

  async #visit(host: Host, number: number, ago: number): Promise<void> {
    try {
      await this.world.command(host, 'visits.checkIn', this.#arrival(host, number, ago));
    } catch (error) {
      // What a contract refuses is none of this test's business: it changed nothing, or the next check says so.
      if (!(error instanceof Refused)) throw error;
    }
  }

  /** The carry of before a visit, used again after it. */
  async #replay(number: number, ago: number): Promise<void> {
    const { carry } = await this.world.prepare(liar, 'visits.checkIn', this.#arrival(liar, number, ago));
    await this.#visit(liar, number, ago);
    const moved = (await this.world.prepare(liar, 'visits.checkIn', this.#arrival(liar, number, ago))).carry;
    if (JSON.stringify(moved) === JSON.stringify(carry)) return;
    await this.world.expectRefusal('STALE_READ', () =>
      this.world.command(liar, 'visits.checkIn', this.#arrival(liar, number, ago), { force: true, carry }),
    );
  }

  /** Its peer signs that the member has used nothing; Harbour's honest endorsement is of other bytes. */
  async #wrongResult(number: number): Promise<void> {
    const stay = this.#stay(liar, number);
    const usage = {
      collection: `own_${mspOf('harbour')}`,
      key: `usage/${stay.agreementId}/${stay.host}/${stay.pseudonym}`,
      value: '{}',
    };
    this.#expectNotValid(await this.world.lieWithBorrowedEndorsement(liar, 'harbour', usage));
  }

  async #holdBack(number: number, ago: number): Promise<void> {
    try {
      this.#held.push(await this.world.endorsed(liar, 'visits.checkIn', this.#arrival(liar, number, ago)));
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
    }
  }

  async #submitHeld(): Promise<void> {
    const envelope = this.#held.shift();
    if (envelope) await this.world.network.submit(envelope);
  }

  #expectNotValid(code: number): void {
    expect(code, 'endorsed by the liar alone').to.equal(10);
  }

  #expectBothEndorsed(one: Action): void {
    const { network } = this.world;
    const changes = [];
    for (let blockNumber = this.#heightBefore; blockNumber < network.peer(mspOf('harbour')).height; blockNumber += 1) {
      changes.push(this.world.endorsersIn(blockNumber));
    }
    const allowed = changes.some(
      ({ code, mspIds }) =>
        code === 0 &&
        mspIds.includes(mspOf('harbour')) &&
        (mspIds.includes(mspOf(honestHost)) || mspIds.includes(mspOf(liar))),
    );
    expect(allowed, `${one.do} changed Harbour's half: ${JSON.stringify(changes)}`).to.equal(true);
  }

  /** Of visits that no rule was set aside for, no 30 days hold more than 2 of one member. */
  async #expectCaps(): Promise<void> {
    const visits = (await this.world.list('harbour', 'visit')) as (Stay & {
      businessDate: string;
      flags: string[];
    })[];
    const counted = new Map<string, number>();
    for (const { pseudonym, flags } of visits)
      if (!flags.includes('over-limit')) counted.set(pseudonym, (counted.get(pseudonym) ?? 0) + 1);
    expect(Math.max(0, ...counted.values())).to.be.at.most(2);
  }

  async #harboursHalf(): Promise<unknown[]> {
    const lists = [];
    for (const kind of kinds) lists.push(await this.world.list('harbour', kind));
    return lists;
  }

  #arrival(host: Host, number: number, ago: number) {
    const date = ago === 0 ? this.world.businessDate(host) : this.world.date(ago);
    return {
      actor: { ref: 'staff-7', role: 'front-desk' },
      ...this.#stay(host, number),
      commandId: id(),
      businessDate: date,
      late: ago !== 0,
    };
  }

  #stay(host: Host, number: number): Stay {
    const stay = this.stays[host][number];
    if (!stay) throw new Error('no such member');
    return stay;
  }

  #passKey(host: Host, number: number): string {
    return `pass/${this.#stay(host, number).passId}`;
  }

  #lie(owner: string, number: number, value: string) {
    return { collection: `own_${mspOf(owner)}`, key: this.#passKey(liar, number), value };
  }
}
