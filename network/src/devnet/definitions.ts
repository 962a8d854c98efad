/**
 * The chaincodes of a channel as they are defined. Devnet's definitions are given, not voted on.
 */
import type { common } from '@hyperledger/fabric-protos';
import type { Channel } from '../genesis/channel.js';
import { signaturePolicy } from '../identity/policyLanguage.js';
import type { Identity } from '../identity/msp.js';
import { satisfies, satisfiesMajority } from '../identity/policy.js';
import type { ChaincodeDefinition, CollectionDefinition } from './ports.js';

/** Namespace of Fabric's chaincode lifecycle, which every endorsed transaction reads. */
export const LIFECYCLE_NAMESPACE = '_lifecycle';

const IMPLICIT_COLLECTION_PREFIX = '_implicit_org_';

export type EndorsementPolicy = ChaincodeDefinition['endorsementPolicy'];

export class Definitions {
  readonly all: readonly ChaincodeDefinition[];
  readonly #channel: Channel;
  readonly #chaincodes: ReadonlyMap<string, ChaincodeDefinition>;
  readonly #implicitCollections: ReadonlyMap<string, CollectionDefinition>;

  /** @throws Error for what devnet does not do: values that expire after some blocks */
  constructor(definitions: readonly ChaincodeDefinition[], channel: Channel) {
    for (const { name, collections } of definitions)
      for (const collection of collections)
        if (collection.blockToLive !== 0)
          throw new Error(`blockToLive of collection ${collection.name} of chaincode ${name} is not supported: use 0`);
    this.all = definitions;
    this.#channel = channel;
    this.#chaincodes = new Map(definitions.map((definition) => [definition.name, definition]));
    this.#implicitCollections = new Map(
      channel.applicationMspIds.map((mspId) => [`${IMPLICIT_COLLECTION_PREFIX}${mspId}`, implicitCollection(mspId)]),
    );
  }

  chaincode(name: string): ChaincodeDefinition | undefined {
    return this.#chaincodes.get(name);
  }

  /** An explicit collection, or the implicit one of an organization of the channel. */
  collection(namespace: string, name: string): CollectionDefinition | undefined {
    const definition = this.#chaincodes.get(namespace);
    return (
      definition?.collections.find((collection) => collection.name === name) ??
      (definition && this.#implicitCollections.get(name))
    );
  }

  isSatisfied(policy: EndorsementPolicy, endorsers: readonly Identity[]): boolean {
    return policy === 'MAJORITY Endorsement'
      ? satisfiesMajority(this.#channel.applicationMspIds, endorsers)
      : satisfies(policy, endorsers);
  }
}

/** Unlike an explicit one it lets anyone read it who finds a peer of the organization. */
function implicitCollection(mspId: string): CollectionDefinition {
  const endorsementPolicy: common.SignaturePolicyEnvelope = signaturePolicy(`OR('${mspId}.peer')`);
  return {
    name: `${IMPLICIT_COLLECTION_PREFIX}${mspId}`,
    memberMspIds: [mspId],
    requiredPeerCount: 0,
    maxPeerCount: 0,
    blockToLive: 0,
    memberOnlyRead: false,
    memberOnlyWrite: false,
    endorsementPolicy,
  };
}
