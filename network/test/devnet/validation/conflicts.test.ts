import { expect } from 'chai';
import type { InProcessNetwork } from '../../../src/devnet/inProcess.js';
import { codesTogether, endorsed, run, startScripted, type Step } from '../script.js';

const all = ['AMSP', 'BMSP', 'CMSP'];
const VALID = 0;
const DUPLICATE_TXID = 9;
const MVCC_READ_CONFLICT = 11;
const PHANTOM_READ_CONFLICT = 12;

describe('a transaction that read something', () => {
  let network: InProcessNetwork;
  let count = 0;

  before(async () => {
    network = await startScripted();
  });

  const key = (): string => `key${String(++count).padStart(3, '0')}`;
  const make = (...steps: Step[]): Promise<Buffer> => endorsed(network, all, ...steps);
  const put = (name: string): Promise<number> => run(network, all, ['putState', name, String(++count)]);
  const rows = (prefix: string, number: number): Step[] =>
    Array.from({ length: number }, (_, index) => ['putState', `${prefix}${String(index).padStart(4, '0')}`, 'x']);

  it('is stale when the key was written since, in a block before or in the same one', async () => {
    const name = key();
    const stale = await make(['getState', name], ['putState', name, '1']);
    expect(await put(name)).to.equal(VALID);
    expect((await network.submit(stale)).code).to.equal(MVCC_READ_CONFLICT);
    const two = [await make(['getState', name], ['putState', name, '2']), await make(['getState', name])];
    expect(await codesTogether(network, ...two)).to.deep.equal([VALID, MVCC_READ_CONFLICT]);
  });

  it('is stale when a key that was absent was written and deleted in the same block', async () => {
    const name = key();
    expect(
      await codesTogether(
        network,
        await make(['putState', name, '1']),
        await make(['deleteState', name]),
        await make(['getState', name]),
      ),
    ).to.deep.equal([VALID, VALID, MVCC_READ_CONFLICT]);
    expect(await run(network, all, ['getState', name])).to.equal(VALID);
  });

  it('is not stale for what an invalid transaction would have written', async () => {
    const [name, other] = [key(), key()];
    const stale = await make(['getState', other], ['putState', name, '1']);
    const reader = await make(['getState', name]);
    expect(await codesTogether(network, await make(['putState', other, '1']), stale, reader)).to.deep.equal([
      VALID,
      MVCC_READ_CONFLICT,
      VALID,
    ]);
  });

  it('is not stale when it only writes: the last one wins', async () => {
    const name = key();
    const two = [await make(['putState', name, '1']), await make(['putState', name, '2'])];
    expect(await codesTogether(network, ...two)).to.deep.equal([VALID, VALID]);
  });

  it('is stale by the hash of a private key, on all peers', async () => {
    const hash: Step = ['getPrivateDataHash', 'own_AMSP', 'private'];
    const stale = await endorsed(network, all, hash, ['putState', key(), 'x']);
    expect(await run(network, ['AMSP'], ['putPrivateData', 'own_AMSP', 'private', 'v'])).to.equal(VALID);
    expect((await network.submit(stale)).code).to.equal(MVCC_READ_CONFLICT);
  });

  it('has a phantom when its range would find more, fewer or other versions', async () => {
    const prefix = `${key()}/`;
    expect(await run(network, all, ...rows(prefix, 5))).to.equal(VALID);
    const range: Step = ['getStateByRange', prefix, `${prefix}9`];
    for (const change of [
      ['putState', `${prefix}0002x`, 'more'],
      ['deleteState', `${prefix}0002`],
      ['putState', `${prefix}0003`, 'other'],
    ] satisfies Step[]) {
      const stale = await make(range);
      const inSameBlock = await make(range);
      expect(await codesTogether(network, await make(change), inSameBlock)).to.deep.equal([
        VALID,
        PHANTOM_READ_CONFLICT,
      ]);
      expect((await network.submit(stale)).code).to.equal(PHANTOM_READ_CONFLICT);
    }
    const unchanged = await make(range);
    expect(await put(`${prefix}9`)).to.equal(VALID);
    expect((await network.submit(unchanged)).code).to.equal(VALID);
  });

  it('has a phantom also when its range was summed up, and only where it was looked at', async () => {
    const prefix = `${key()}/`;
    expect(await run(network, all, ...rows(prefix, 250))).to.equal(VALID);
    const whole = await make(['getStateByRange', prefix, `${prefix}9`]);
    const early = await make(['firstOfRange', prefix, `${prefix}9`]);
    const tooEarly = await make(['firstOfRange', prefix, `${prefix}9`]);
    const again = await make(['getStateByRange', prefix, `${prefix}0150`]);
    expect(await put(`${prefix}0200x`)).to.equal(VALID);
    expect((await network.submit(whole)).code).to.equal(PHANTOM_READ_CONFLICT);
    expect((await network.submit(early)).code).to.equal(VALID);
    expect((await network.submit(again)).code).to.equal(VALID);
    expect(await put(`${prefix}0090x`)).to.equal(VALID);
    expect((await network.submit(tooEarly)).code).to.equal(PHANTOM_READ_CONFLICT);
  });

  it('has a phantom when its summary was full and the range has grown by a level', async () => {
    const prefix = `${key()}/`;
    expect(await run(network, all, ...rows(prefix, 2_550))).to.equal(VALID);
    const stale = await make(['getStateByRange', prefix, `${prefix}9`]);
    expect(await run(network, all, ...rows(`${prefix}5`, 51))).to.equal(VALID);
    expect((await network.submit(stale)).code).to.equal(PHANTOM_READ_CONFLICT);
  });

  it('counts once, however often it is ordered', async () => {
    const name = key();
    const [first, second] = [await make(['putState', name, '1']), await make(['putState', name, '2'])];
    expect(await codesTogether(network, first, first, second)).to.deep.equal([VALID, DUPLICATE_TXID, VALID]);
    expect(await codesTogether(network, second)).to.deep.equal([DUPLICATE_TXID]);
  });
});
