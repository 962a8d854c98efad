import { expect } from 'chai';
import type { InProcessNetwork } from '../../../src/devnet/inProcess.js';
import { allOf, bytes, codesTogether, endorsed, look, policyOf, run, startScripted, type Step } from '../script.js';

const all = ['AMSP', 'BMSP', 'CMSP'];
const own = 'own_AMSP';
const VALID = 0;
const ENDORSEMENT_POLICY_FAILURE = 10;
const MVCC_READ_CONFLICT = 11;
const INVALID_WRITESET = 24;

/** Public keys and private ones behave the same: here a key, and how it is written, of each kind. */
for (const { kind, put, remove, read, setPolicy, endorsers } of [
  {
    kind: 'a public key',
    put: (key: string, value = 'v'): Step => ['putState', key, value],
    remove: (key: string): Step => ['deleteState', key],
    read: (key: string): Step => ['getState', key],
    setPolicy: (key: string, policy: { base64: string }): Step => ['setStateValidationParameter', key, policy],
    endorsers: all,
  },
  {
    kind: 'a private key',
    put: (key: string, value = 'v'): Step => ['putPrivateData', own, key, value],
    remove: (key: string): Step => ['deletePrivateData', own, key],
    read: (key: string): Step => ['getPrivateDataHash', own, key],
    setPolicy: (key: string, policy: { base64: string }): Step => [
      'setPrivateDataValidationParameter',
      own,
      key,
      policy,
    ],
    endorsers: ['AMSP'],
  },
])
  describe(`the policy of ${kind}`, () => {
    let network: InProcessNetwork;
    let count = 0;

    before(async () => {
      network = await startScripted();
    });

    const make = (...steps: Step[]): Promise<Buffer> => endorsed(network, endorsers, ...steps);
    const verdict = (...steps: Step[]): Promise<number> => run(network, endorsers, ...steps);
    const newKey = (): string => `key${++count}`;
    /** Only B can write it then. */
    const keyOfB = async (): Promise<string> => {
      const key = newKey();
      expect(await verdict(read(key), put(key), setPolicy(key, allOf('BMSP')))).to.equal(VALID);
      return key;
    };
    const isOpen = async (key: string): Promise<boolean> =>
      (await run(network, endorsers.slice(0, 2), put(key))) === VALID;

    it('survives a new value, and a delete and a value in one transaction', async () => {
      const key = await keyOfB();
      expect(await run(network, ['BMSP'], put(key, '2'))).to.equal(VALID);
      expect(await run(network, ['BMSP'], remove(key), put(key, '3'))).to.equal(VALID);
      expect(await run(network, ['AMSP'], put(key, '4'))).to.equal(ENDORSEMENT_POLICY_FAILURE);
    });

    it('does not survive a delete', async () => {
      const key = await keyOfB();
      expect(await run(network, ['BMSP'], remove(key))).to.equal(VALID);
      expect(await isOpen(key)).to.equal(true);
    });

    it('has no effect on a key that is absent', async () => {
      const key = newKey();
      expect(await verdict(read(key), setPolicy(key, allOf('BMSP')))).to.equal(VALID);
      expect(await isOpen(key)).to.equal(true);
    });

    it('has no effect in the transaction that deletes the key', async () => {
      const key = newKey();
      expect(await verdict(put(key))).to.equal(VALID);
      expect(await verdict(setPolicy(key, allOf('BMSP')), remove(key))).to.equal(VALID);
      expect(await isOpen(key)).to.equal(true);
    });

    it('that is emptied leaves the key to the general policy', async () => {
      const key = await keyOfB();
      expect(await run(network, ['BMSP'], read(key), setPolicy(key, bytes(Buffer.alloc(0))))).to.equal(VALID);
      expect(await isOpen(key)).to.equal(true);
    });

    it('that makes no sense is met by nobody', async () => {
      const key = newKey();
      const senseless = policyOf("OR('AMSP.peer')");
      senseless.setIdentitiesList([]);
      expect(await verdict(read(key), put(key), setPolicy(key, bytes(senseless.serializeBinary())))).to.equal(VALID);
      expect(await run(network, all, put(key))).to.equal(ENDORSEMENT_POLICY_FAILURE);
    });

    it('keeps the writers out who come later in the block that changes it, though it would let them in', async () => {
      const key = newKey();
      expect(
        await codesTogether(
          network,
          await make(put(key)),
          await make(setPolicy(key, allOf('AMSP'))),
          await make(put(key, '2')),
          await make(put(newKey())),
        ),
      ).to.deep.equal([VALID, VALID, ENDORSEMENT_POLICY_FAILURE, VALID]);
      expect(await isOpen(key)).to.equal(true);
    });

    it('keeps them out even when the change itself comes too late', async () => {
      const [key, other] = [newKey(), newKey()];
      expect(await verdict(put(key))).to.equal(VALID);
      const stale = await make(read(other), setPolicy(key, allOf('AMSP')));
      expect(await codesTogether(network, await make(put(other)), stale, await make(put(key, '2')))).to.deep.equal([
        VALID,
        MVCC_READ_CONFLICT,
        ENDORSEMENT_POLICY_FAILURE,
      ]);
    });

    it('does not keep them out when the change was not endorsed as it should be', async () => {
      const key = await keyOfB();
      const notEndorsed = await endorsed(network, ['AMSP'], setPolicy(key, allOf('AMSP')));
      expect(await codesTogether(network, notEndorsed, await endorsed(network, ['BMSP'], put(key)))).to.deep.equal([
        ENDORSEMENT_POLICY_FAILURE,
        VALID,
      ]);
    });

    it('is for one of two creators in a block: the other has 10, not 11', async () => {
      const key = newKey();
      const create = [read(key), put(key), setPolicy(key, allOf('AMSP'))];
      expect(await codesTogether(network, await make(...create), await make(...create))).to.deep.equal([
        VALID,
        ENDORSEMENT_POLICY_FAILURE,
      ]);
    });

    it('that is set without a read after a delete in the same block is refused: real peers panic', async () => {
      const key = newKey();
      expect(await verdict(put(key))).to.equal(VALID);
      const blind = await make(setPolicy(key, allOf('AMSP')));
      const careful = await make(read(key), setPolicy(key, allOf('AMSP')));
      expect(await codesTogether(network, await make(remove(key)), blind, careful)).to.deep.equal([
        VALID,
        INVALID_WRITESET,
        ENDORSEMENT_POLICY_FAILURE,
      ]);
      expect(await isOpen(key)).to.equal(true);
    });

    it('that is set with a read after a delete in the same block came too late', async () => {
      const key = newKey();
      expect(await verdict(put(key))).to.equal(VALID);
      const careful = await make(read(key), setPolicy(key, allOf('AMSP')));
      expect(await codesTogether(network, await make(remove(key)), careful)).to.deep.equal([VALID, MVCC_READ_CONFLICT]);
    });

    it('that is no policy at all is refused: real peers halt at the next write', async () => {
      const key = newKey();
      expect(await verdict(put(key), setPolicy(key, bytes(Buffer.from('no policy'))))).to.equal(INVALID_WRITESET);
      expect(await isOpen(key)).to.equal(true);
    });

    it('can be read back by the chaincode', async () => {
      if (kind !== 'a public key') return;
      const key = await keyOfB();
      const [policy] = await look(network, 'CMSP', [['getStateValidationParameter', key]]);
      expect(policy).to.equal(Buffer.from(allOf('BMSP').base64, 'base64').toString('hex'));
    });
  });
