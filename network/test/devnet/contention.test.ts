import { expect } from 'chai';
import * as fc from 'fast-check';
import type { InProcessNetwork } from '../../src/devnet/inProcess.js';
import { definitionOf, endorsed, look, ownCollection, policyOf, startScripted, type Step } from './script.js';

const VALID = 0;
const MVCC_READ_CONFLICT = 11;
const PHANTOM_READ_CONFLICT = 12;
const KEYS = ['a', 'b', 'c', 'd', 'e'];

/** What one transaction does, in this order. */
type Action =
  | { do: 'read' | 'delete' | 'hash' | 'deletePrivate'; key: string }
  | { do: 'write' | 'writePrivate'; key: string; value: string }
  | { do: 'range'; from: string; to: string };

const key = fc.constantFrom(...KEYS);
const value = fc.constantFrom('1', '2', '3');
const action: fc.Arbitrary<Action> = fc.oneof(
  fc.record({ do: fc.constantFrom('read', 'delete', 'hash', 'deletePrivate'), key }),
  fc.record({ do: fc.constantFrom('write', 'writePrivate'), key, value }),
  fc.record({ do: fc.constant('range' as const), from: key, to: fc.constantFrom(...KEYS, '') }),
);
/** Some transactions endorsed at the same time, then blocks that take so many of those that wait. */
const round = fc.record({
  endorse: fc.array(fc.array(action, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 4 }),
  blocks: fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 2 }),
});

/** A ledger without Merkle trees, hashes or batches: maps, and what each transaction saw. */
class Model {
  readonly public = new Map<string, { value: string; version: string }>();
  readonly private = new Map<string, { value: string; version: string }>();
  /** What valid transactions of this block wrote: whoever reads it is stale, even if it is absent before and after. */
  readonly #written = new Set<string>();

  startBlock(): void {
    this.#written.clear();
  }

  observe(actions: readonly Action[]): () => number {
    const checks = actions.flatMap((one) => {
      if (one.do === 'read' || one.do === 'hash') {
        const store = one.do === 'read' ? this.public : this.private;
        const seen = store.get(one.key)?.version;
        const isPublic = one.do === 'read';
        const holds = (): boolean =>
          !this.#written.has(`${isPublic} ${one.key}`) && store.get(one.key)?.version === seen;
        return [{ code: MVCC_READ_CONFLICT, order: isPublic ? 0 : 2, holds }];
      }
      if (one.do !== 'range') return [];
      const seen = this.#range(one);
      return [{ code: PHANTOM_READ_CONFLICT, order: 1, holds: () => this.#range(one) === seen }];
    });
    checks.sort((a, b) => a.order - b.order);
    return () => checks.find(({ holds }) => !holds())?.code ?? VALID;
  }

  apply(actions: readonly Action[], version: string): void {
    for (const one of actions) {
      if (one.do === 'write' || one.do === 'delete') this.#written.add(`true ${one.key}`);
      if (one.do === 'writePrivate' || one.do === 'deletePrivate') this.#written.add(`false ${one.key}`);
      if (one.do === 'write') this.public.set(one.key, { value: one.value, version });
      else if (one.do === 'writePrivate') this.private.set(one.key, { value: one.value, version });
      else if (one.do === 'delete') this.public.delete(one.key);
      else if (one.do === 'deletePrivate') this.private.delete(one.key);
    }
  }

  #range({ from, to }: { from: string; to: string }): string {
    const found = [...this.public].filter(([name]) => name >= from && (to === '' || name < to));
    return JSON.stringify(found.sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, { version }]) => [name, version]));
  }
}

function stepOf(one: Action): Step {
  switch (one.do) {
    case 'read':
      return ['getState', one.key];
    case 'write':
      return ['putState', one.key, one.value];
    case 'delete':
      return ['deleteState', one.key];
    case 'range':
      return ['getStateByRange', one.from, one.to];
    case 'hash':
      return ['getPrivateDataHash', 'own_AMSP', one.key];
    case 'writePrivate':
      return ['putPrivateData', 'own_AMSP', one.key, one.value];
    case 'deletePrivate':
      return ['deletePrivateData', 'own_AMSP', one.key];
  }
}

describe('contended transactions', () => {
  it('get the codes that a naive ledger gives them, and leave its state', async function () {
    this.timeout(60_000);
    await fc.assert(
      fc.asyncProperty(fc.array(round, { minLength: 2, maxLength: 6 }), async (rounds) => {
        const network = await startScripted({
          clubs: ['AMSP', 'BMSP'],
          definition: definitionOf([ownCollection('AMSP')], policyOf("OR('AMSP.peer', 'BMSP.peer')")),
        });
        const model = new Model();
        const waiting: { envelope: Buffer; actions: Action[]; verdict: () => number }[] = [];
        for (const { endorse, blocks } of rounds) {
          for (const actions of endorse)
            waiting.push({
              envelope: await endorsed(network, ['AMSP'], ...actions.map(stepOf)),
              actions,
              verdict: model.observe(actions),
            });
          for (const size of blocks) await commitSome(network, model, waiting.splice(0, size));
        }
        await commitSome(network, model, waiting);
        const publicSteps = KEYS.map((name): Step => ['getState', name]);
        const privateSteps = KEYS.map((name): Step => ['getPrivateData', 'own_AMSP', name]);
        expect(await look(network, 'BMSP', publicSteps)).to.deep.equal(
          KEYS.map((name) => model.public.get(name)?.value ?? ''),
        );
        expect(await look(network, 'AMSP', privateSteps)).to.deep.equal(
          KEYS.map((name) => model.private.get(name)?.value ?? ''),
        );
        expect(network.peer('AMSP').missingPrivateValues()).to.deep.equal([]);
      }),
      { numRuns: 40 },
    );
  });

  async function commitSome(
    network: InProcessNetwork,
    model: Model,
    some: readonly { envelope: Buffer; actions: Action[]; verdict: () => number }[],
  ): Promise<void> {
    if (some.length === 0) return;
    model.startBlock();
    const committed = await network.submitTogether(some.map(({ envelope }) => envelope));
    for (const [index, { actions, verdict }] of some.entries()) {
      const position = committed[index];
      const expected = verdict();
      expect(position?.code).to.equal(expected);
      if (expected === VALID) model.apply(actions, `${position?.blockNumber}/${index}`);
    }
  }
});
