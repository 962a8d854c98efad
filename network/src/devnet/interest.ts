/**
 * Whose endorsements a simulated transaction needs, as an endorser tells the gateway (endorser.go, buildChaincodeInterest).
 */
import { common, peer } from '@hyperledger/fabric-protos';
import type { SimulationResults, WrittenKey } from './simulation/simulator.js';
import { VALIDATION_PARAMETER } from './state/updates.js';

interface NamespaceInterest {
  keyPolicies: common.SignaturePolicyEnvelope[];
  /** Whether the policy of the collection is needed; the empty name stands for the chaincode's own. */
  collections: Map<string, boolean>;
}

/** @throws Error when a key that was written has a policy that cannot be read */
export function chaincodeInterest(
  { namespaces, writtenKeys, privateReads }: SimulationResults,
  isSystemChaincode: (name: string) => boolean,
): peer.ChaincodeInterest {
  const interests = writtenInterests(writtenKeys);
  for (const namespace of namespaces)
    if (!isSystemChaincode(namespace) && !interests.has(namespace)) interestOf(interests, namespace).set('', true);
  for (const { namespace, collection } of privateReads) interestOf(interests, namespace).set(collection, true);

  const interest = new peer.ChaincodeInterest();
  for (const [namespace, { collections, keyPolicies }] of interests)
    for (const [collection, isNeeded] of collections) {
      if (isSystemChaincode(namespace) || (collection === '' && !isNeeded && keyPolicies.length === 0)) continue;
      const call = new peer.ChaincodeCall();
      call.setName(namespace);
      if (collection === '') {
        call.setKeyPoliciesList(keyPolicies);
        call.setDisregardNamespacePolicy(keyPolicies.length > 0 && !isNeeded);
      } else {
        call.setCollectionNamesList([collection]);
        call.setNoPrivateReads(
          !privateReads.some((one) => one.namespace === namespace && one.collection === collection),
        );
      }
      interest.addChaincodes(call);
    }
  return interest;
}

/** A key with a policy of its own does not need that of its collection or chaincode. */
function writtenInterests(writtenKeys: readonly WrittenKey[]): Map<string, NamespaceInterest> {
  const interests = new Map<string, NamespaceInterest>();
  for (const { namespace, collection, metadata } of writtenKeys) {
    const collections = interestOf(interests, namespace);
    if (!collections.has('')) collections.set('', false);
    const policy = metadata.get(VALIDATION_PARAMETER);
    if (policy) interests.get(namespace)?.keyPolicies.push(common.SignaturePolicyEnvelope.deserializeBinary(policy));
    else collections.set(collection, true);
  }
  return interests;
}

function interestOf(interests: Map<string, NamespaceInterest>, namespace: string): Map<string, boolean> {
  let interest = interests.get(namespace);
  if (!interest) interests.set(namespace, (interest = { keyPolicies: [], collections: new Map() }));
  return interest.collections;
}
