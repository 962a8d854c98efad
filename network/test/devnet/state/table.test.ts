import { expect } from 'chai';
import * as fc from 'fast-check';
import { orderedKey, keyText } from '../../../src/devnet/state/orderedKey.js';
import { State } from '../../../src/devnet/state/state.js';
import { NO_METADATA, publicSpace, Updates } from '../../../src/devnet/state/updates.js';

const space = publicSpace('chaincode');
const [first, last] = [orderedKey(''), orderedKey('')];

function write(state: State, changes: Record<string, string | undefined>): void {
  const updates = new Updates();
  const version = { blockNumber: state.height, txIndex: 0 };
  for (const [key, value] of Object.entries(changes))
    if (value === undefined) updates.delete(space, orderedKey(key), version);
    else updates.put(space, orderedKey(key), { value: Buffer.from(value), version, metadata: NO_METADATA });
  state.apply(updates);
}

describe('state', () => {
  it('orders keys by the bytes of their UTF-8, not by UTF-16', () => {
    const [surrogates, privateUse] = ['\u{1F600}', '\uFFFD'];
    expect(surrogates < privateUse).to.equal(true);
    const state = new State();
    write(state, { [surrogates]: '1', [privateUse]: '2', a: '3', ä: '4' });
    expect([...state.range(space, first, last)].map(([key]) => keyText(key))).to.deep.equal([
      'a',
      'ä',
      privateUse,
      surrogates,
    ]);
  });

  it('stays what it was for whoever took a snapshot, also in the middle of a range', () => {
    const state = new State();
    write(state, { b: '1', d: '1' });
    const snapshot = state.snapshot();
    const range = snapshot.range(space, first, last);
    const seen = [range.next().value?.[0]];
    write(state, { a: '2', c: '2', d: undefined });
    write(state, { b: '3', d: '3' });
    for (let next = range.next(); !next.done; next = range.next()) seen.push(next.value[0]);
    expect(seen).to.deep.equal(['b', 'd']);
    expect(snapshot.get(space, orderedKey('d'))?.version.blockNumber).to.equal(0);
    expect(state.get(space, orderedKey('d'))?.version.blockNumber).to.equal(2);
    expect(snapshot.get(space, orderedKey('c'))).to.equal(undefined);
    snapshot.release();
    expect([...state.range(space, first, last)].map(([key]) => key)).to.deep.equal(['a', 'b', 'c', 'd']);
  });

  it('gives each snapshot what it saw, whatever is written and released in between', () => {
    const key = fc.constantFrom('a', 'b', 'c', 'd', 'e');
    const change = fc.dictionary(key, fc.option(fc.nat().map(String), { nil: undefined }));
    const step = fc.record({ change, watch: fc.boolean(), release: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
        const state = new State();
        const model = new Map<string, string>();
        const watched: { snapshot: ReturnType<State['snapshot']>; expected: [string, string][] }[] = [];
        for (const { change: changes, watch, release } of steps) {
          if (watch)
            watched.push({ snapshot: state.snapshot(), expected: [...model].sort(([a], [b]) => (a < b ? -1 : 1)) });
          if (release) watched.shift()?.snapshot.release();
          write(state, changes);
          for (const [name, value] of Object.entries(changes))
            if (value === undefined) model.delete(name);
            else model.set(name, value);
          for (const { snapshot, expected } of watched) {
            const seen: [string, string][] = [];
            const range = snapshot.range(space, first, last);
            for (let next = range.next(); !next.done; next = range.next())
              seen.push([next.value[0], next.value[1].value.toString()]);
            expect(seen).to.deep.equal(expected);
          }
        }
      }),
      { numRuns: 100 },
    );
  });
});
