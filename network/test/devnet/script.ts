import { createRequire } from 'node:module';
import type { common } from '@hyperledger/fabric-protos';
import { contractChaincode, type Chaincode } from '../../src/devnet/chaincode/inProcess.js';
import { startInProcess, type InProcessNetwork, type InProcessOptions } from '../../src/devnet/inProcess.js';
import type { ChaincodeDefinition, CollectionDefinition } from '../../src/devnet/ports.js';
import { signaturePolicy } from '../../src/identity/policyLanguage.js';

/** What the stub is asked in turn: the name of its method, and arguments. Bytes are `{ base64 }`. */
export type Step = readonly [method: string, ...args: (string | number | { base64: string } | Step)[]];

process.env['CORE_CHAINCODE_LOGGING_SHIM'] ??= 'critical';
process.env['CORE_CHAINCODE_LOGGING_LEVEL'] ??= 'critical';
const require = createRequire(import.meta.url);

/** A chaincode that does what the steps say, and returns what each gave. */
export function scriptChaincode(): Chaincode {
  return require('../../../test/devnet/scriptChaincode.cjs') as Chaincode;
}

export const plainChaincode = (): Chaincode =>
  contractChaincode([require('../../../test/fixtures/contract/index.js') as object]);

export function bytes(value: Uint8Array): { base64: string } {
  return { base64: Buffer.from(value).toString('base64') };
}

/** One of each club's peers must endorse. */
export function allOf(...mspIds: string[]): { base64: string } {
  return bytes(policyOf(`AND(${mspIds.map((mspId) => `'${mspId}.peer'`).join(', ')})`).serializeBinary());
}

export function policyOf(text: string): common.SignaturePolicyEnvelope {
  return signaturePolicy(text);
}

/** A club's own store, as the design has it. */
export function ownCollection(mspId: string): CollectionDefinition {
  return {
    name: `own_${mspId}`,
    memberMspIds: [mspId],
    requiredPeerCount: 0,
    maxPeerCount: 0,
    blockToLive: 0,
    memberOnlyRead: true,
    memberOnlyWrite: false,
    endorsementPolicy: policyOf(`OR('${mspId}.peer')`),
  };
}

export function definitionOf(
  collections: readonly CollectionDefinition[],
  endorsementPolicy: ChaincodeDefinition['endorsementPolicy'] = 'MAJORITY Endorsement',
  name = 'script',
): ChaincodeDefinition {
  return {
    name,
    version: '1.0',
    sequence: 1,
    packageId: `${name}:00`,
    endorsementPolicy,
    collections: [...collections],
  };
}

/** A network of three clubs A, B and C, each with its own collection. */
export function startScripted(more: Partial<InProcessOptions> = {}): Promise<InProcessNetwork> {
  const clubs = more.clubs ?? ['AMSP', 'BMSP', 'CMSP'];
  return startInProcess({
    clubs,
    definition: definitionOf(clubs.map(ownCollection)),
    chaincode: scriptChaincode,
    ...more,
  });
}

/** Endorses the steps at these clubs (the first one's client proposes) and makes the transaction of it. */
export async function endorsed(
  network: InProcessNetwork,
  endorsers: readonly string[],
  ...steps: readonly Step[]
): Promise<Buffer> {
  const proposal = network.propose({ by: network.signer(endorsers[0] ?? ''), args: ['run', JSON.stringify(steps)] });
  return network.assemble(proposal, await network.endorse(proposal, endorsers));
}

/** The validation code. */
export async function run(
  network: InProcessNetwork,
  endorsers: readonly string[],
  ...steps: readonly Step[]
): Promise<number> {
  return (await network.submit(await endorsed(network, endorsers, ...steps))).code;
}

/** The validation codes of transactions in one block. */
export async function codesTogether(network: InProcessNetwork, ...envelopes: readonly Buffer[]): Promise<number[]> {
  return (await network.submitTogether(envelopes)).map(({ code }) => code);
}

/** What the steps give at a club's peer, asked by a client of the other club or of the same one. */
export async function look(
  network: InProcessNetwork,
  mspId: string,
  steps: readonly Step[],
  asker = mspId,
): Promise<unknown[]> {
  const proposal = network.propose({ by: network.signer(asker), args: ['run', JSON.stringify(steps)] });
  const results: unknown = JSON.parse((await network.evaluate(proposal, mspId)).toString());
  if (!Array.isArray(results)) throw new Error('no results');
  return results;
}
