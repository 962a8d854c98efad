/**
 * Whose endorsements a transaction needs (Fabric's discovery/endorsement): from what it touched, which is its "interest".
 */
import { peer } from '@hyperledger/fabric-protos';
import type { Identity } from '../../identity/msp.js';
import type { Definitions, EndorsementPolicy } from '../definitions.js';
import type { ChaincodeDefinition, CollectionDefinition } from '../ports.js';

/** Those who could endorse together. */
interface Candidate {
  readonly identity: Identity;
}

type Requirement = (identities: readonly Identity[]) => boolean;

/** The interest of a transaction that says nothing of itself: the chaincode's policy applies. */
export function defaultInterest(chaincode: string): peer.ChaincodeInterest {
  const call = new peer.ChaincodeCall();
  call.setName(chaincode);
  const interest = new peer.ChaincodeInterest();
  interest.addChaincodes(call);
  return interest;
}

/** The same interest, but no organization that is not a member of a collection may see the proposal. */
export function protectCollections(interest: peer.ChaincodeInterest): peer.ChaincodeInterest {
  const cautious = interest.clone();
  for (const call of cautious.getChaincodesList()) call.setNoPrivateReads(false);
  return cautious;
}

/** Collections that `protectCollections` is about. */
export function protectedCollections(interest: peer.ChaincodeInterest): string[] {
  return interest
    .getChaincodesList()
    .filter((call) => call.getNoPrivateReads())
    .flatMap((call) => call.getCollectionNamesList());
}

/**
 * Every smallest set of candidates that satisfies all policies: those with the preferred organization first, then the
 * smaller ones, then in the candidates' order.
 * @throws Error in Fabric's words when there is none
 */
export function layouts<Peer extends Candidate>(
  interest: peer.ChaincodeInterest,
  candidates: readonly Peer[],
  preferredMspId: string,
  definitions: Definitions,
): Peer[][] {
  const calls = interest.getChaincodesList();
  const requirements = calls.flatMap((call) => requirementsOf(call, definitionOf(call, definitions), definitions));
  const eligible = candidates.filter(({ identity }) => calls.every((call) => mayReadFor(call, definitions, identity)));
  const satisfying = subsets(eligible).filter((set) =>
    requirements.every((isSatisfiedBy) => isSatisfiedBy(set.map(({ identity }) => identity))),
  );
  const smallest = satisfying.filter((set) => !satisfying.some((other) => isProperSubset(other, set)));
  if (smallest.length === 0) throw new Error('no peer combination can satisfy the endorsement policy');
  const hasPreferred = (set: Peer[]): boolean => set.some(({ identity }) => identity.mspId === preferredMspId);
  return smallest.sort((a, b) => Number(hasPreferred(b)) - Number(hasPreferred(a)) || a.length - b.length);
}

function definitionOf(call: peer.ChaincodeCall, definitions: Definitions): ChaincodeDefinition {
  const definition = definitions.chaincode(call.getName());
  if (!definition) throw new Error(`No metadata was found for chaincode ${call.getName()}`);
  return definition;
}

/** A collection without a policy of its own is under the chaincode's. */
function requirementsOf(
  call: peer.ChaincodeCall,
  definition: ChaincodeDefinition,
  definitions: Definitions,
): Requirement[] {
  const chaincodePolicy = definition.endorsementPolicy;
  const collections = collectionsOf(call, definitions);
  const policies = collections.map(({ endorsementPolicy }) => endorsementPolicy ?? chaincodePolicy);
  const namespacePolicies: EndorsementPolicy[] = collections.length > 0 ? policies : [chaincodePolicy];
  return [...(call.getDisregardNamespacePolicy() ? [] : namespacePolicies), ...call.getKeyPoliciesList()].map(
    (policy) => (identities) => definitions.isSatisfied(policy, identities),
  );
}

function collectionsOf(call: peer.ChaincodeCall, definitions: Definitions): CollectionDefinition[] {
  const chaincode = call.getName();
  return call.getCollectionNamesList().map((name) => {
    const collection = definitions.collection(chaincode, name);
    if (!collection)
      throw new Error(`collection ${name} doesn't exist in collection config for chaincode ${chaincode}`);
    return collection;
  });
}

function mayReadFor(call: peer.ChaincodeCall, definitions: Definitions, { mspId }: Identity): boolean {
  if (call.getNoPrivateReads()) return true;
  return collectionsOf(call, definitions).every(({ memberMspIds }) => memberMspIds.includes(mspId));
}

/** Of the first members first; all but the empty one. */
function subsets<Member>(members: readonly Member[]): Member[][] {
  return Array.from({ length: 2 ** members.length - 1 }, (_, index) =>
    members.filter((_member, at) => Math.floor((index + 1) / 2 ** at) % 2 === 1),
  );
}

function isProperSubset<Member>(one: readonly Member[], other: readonly Member[]): boolean {
  return one.length < other.length && one.every((member) => other.includes(member));
}
