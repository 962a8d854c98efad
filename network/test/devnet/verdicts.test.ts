import { expect } from 'chai';
import type { InProcessNetwork } from '../../src/devnet/inProcess.js';
import { allOf, definitionOf, ownCollection, policyOf, run, startScripted, type Step } from './script.js';

const VALID = 0;
const ENDORSEMENT_POLICY_FAILURE = 10;

const own = (mspId: string): string => `own_${mspId}`;
const forA: Step = ['putPrivateData', own('AMSP'), 'key', 'value'];
const forB: Step = ['putPrivateData', own('BMSP'), 'key', 'value'];

/** Seen on real Fabric 3.1.5 with three clubs; the same whether the chaincode asks for a majority or for all, unless said. */
for (const { name, endorsementPolicy } of [
  { name: 'a majority', endorsementPolicy: 'MAJORITY Endorsement' as const },
  { name: 'all three', endorsementPolicy: policyOf("AND('AMSP.peer', 'BMSP.peer', 'CMSP.peer')") },
])
  describe(`a transaction of a chaincode that needs ${name}`, () => {
    let network: InProcessNetwork;

    before(async () => {
      const collections = ['AMSP', 'BMSP', 'CMSP'].map(ownCollection);
      network = await startScripted({ definition: definitionOf(collections, endorsementPolicy) });
    });

    const verdict = async (endorsers: string, ...steps: Step[]): Promise<number> =>
      run(
        network,
        Array.from(endorsers).map((club) => `${club}MSP`),
        ...steps,
      );

    it('private to A and B needs both, and only them', async () => {
      expect(await verdict('AB', forA, forB)).to.equal(VALID);
      expect(await verdict('A', forA, forB)).to.equal(ENDORSEMENT_POLICY_FAILURE);
      expect(await verdict('AC', forA, forB)).to.equal(ENDORSEMENT_POLICY_FAILURE);
      expect(await verdict('BC', forA, forB)).to.equal(ENDORSEMENT_POLICY_FAILURE);
    });

    it('private to A needs A', async () => {
      expect(await verdict('A', forA)).to.equal(VALID);
      expect(await verdict('B', forA)).to.equal(ENDORSEMENT_POLICY_FAILURE);
    });

    it('private to A and B with a public write needs the chaincode policy too', async () => {
      const expected = name === 'a majority' ? VALID : ENDORSEMENT_POLICY_FAILURE;
      expect(await verdict('AB', forA, forB, ['putState', `public ${name}`, 'value'])).to.equal(expected);
    });

    it('private to A needs no more for an event, a public read or a hash of what B has', async () => {
      expect(await verdict('A', forA, ['setEvent', 'something', 'happened'])).to.equal(VALID);
      expect(await verdict('A', ['getState', 'public'], forA)).to.equal(VALID);
      expect(await verdict('A', ['getPrivateDataHash', own('BMSP'), 'key'], forA)).to.equal(VALID);
    });

    it('that writes nothing needs the chaincode policy', async () => {
      expect(await verdict('A', ['setEvent', 'something', 'happened'])).to.equal(ENDORSEMENT_POLICY_FAILURE);
      expect(await verdict('A', ['getState', 'public'])).to.equal(ENDORSEMENT_POLICY_FAILURE);
      expect(await verdict('ABC', ['getState', 'public'])).to.equal(VALID);
    });

    it('creating a public key with a policy needs the chaincode policy, later ones that of the key', async () => {
      const key = `of A and B ${name}`;
      const create: Step[] = [
        ['getState', key],
        ['putState', key, '1'],
        ['setStateValidationParameter', key, allOf('AMSP', 'BMSP')],
      ];
      expect(await verdict('A', ...create)).to.equal(ENDORSEMENT_POLICY_FAILURE);
      expect(await verdict('ABC', ...create)).to.equal(VALID);
      expect(await verdict('A', ['putState', key, '2'])).to.equal(ENDORSEMENT_POLICY_FAILURE);
      expect(await verdict('BC', ['putState', key, '2'])).to.equal(ENDORSEMENT_POLICY_FAILURE);
      expect(await verdict('AB', ['putState', key, '2'])).to.equal(VALID);
    });

    it('writing a private key with a policy needs that and not the collection', async () => {
      const key = `bilateral ${name}`;
      const create: Step[] = [
        ['getPrivateDataHash', own('AMSP'), key],
        ['putPrivateData', own('AMSP'), key, '1'],
        ['setPrivateDataValidationParameter', own('AMSP'), key, allOf('AMSP', 'BMSP')],
      ];
      expect(await verdict('A', ...create)).to.equal(VALID);
      expect(await verdict('A', ['putPrivateData', own('AMSP'), key, '2'])).to.equal(ENDORSEMENT_POLICY_FAILURE);
      expect(await verdict('AB', ['putPrivateData', own('AMSP'), key, '2'])).to.equal(VALID);
    });

    it('lets another club overwrite a private key whose policy names that club only', async () => {
      const key = `lost ${name}`;
      const create: Step[] = [
        ['putPrivateData', own('AMSP'), key, '1'],
        ['setPrivateDataValidationParameter', own('AMSP'), key, allOf('CMSP')],
      ];
      expect(await verdict('A', ...create)).to.equal(VALID);
      expect(await verdict('C', ['putPrivateData', own('AMSP'), key, '2'])).to.equal(VALID);
      expect(network.peer('AMSP').missingPrivateValues()).to.have.lengthOf(1);
    });
  });
