/**
 * A chaincode definition as it stands in a configuration file. Policies are written in Fabric's policy language.
 */
import type { common } from '@hyperledger/fabric-protos';
import { signaturePolicy } from '../../identity/policyLanguage.js';
import type { Place } from '../../strictYaml.js';
import type { ChaincodeDefinition, CollectionDefinition } from '../ports.js';

const MAJORITY = 'MAJORITY Endorsement';
const MAX_PEERS = 1_000;

/** @throws InvalidFileError */
export function readDefinition(place: Place): ChaincodeDefinition {
  return {
    name: place.field('name').text(/^[A-Za-z0-9]+([-_][A-Za-z0-9]+)*$/, "a chaincode's name"),
    version: place.field('version').text(/^[A-Za-z0-9_.+-]+$/, 'a version'),
    sequence: place.field('sequence').integer(1, Number.MAX_SAFE_INTEGER),
    packageId: place.field('packageId').text(/^[^:]+:[0-9a-f]+$/, 'a package id, label:hash'),
    endorsementPolicy: readChaincodePolicy(place.field('endorsementPolicy')),
    collections: place.field('collections').list(0, (collection) => collection.mapping(readCollection)),
  };
}

function readCollection(place: Place): CollectionDefinition {
  const policy = place.field('endorsementPolicy').optional(readPolicy);
  const maxPeerCount = place.field('maxPeerCount').integer(0, MAX_PEERS);
  return {
    name: place.field('name').text(/^[A-Za-z0-9-]+([A-Za-z0-9_-]+)*$/, "a collection's name"),
    memberMspIds: place.field('memberMspIds').list(1, (member) => member.text(/^[A-Za-z0-9.-]+$/, 'an MSP id')),
    requiredPeerCount: place.field('requiredPeerCount').integer(0, maxPeerCount),
    maxPeerCount,
    blockToLive: place.field('blockToLive').integer(0, 0),
    memberOnlyRead: place.field('memberOnlyRead').flag(),
    memberOnlyWrite: place.field('memberOnlyWrite').flag(),
    ...(policy ? { endorsementPolicy: policy } : {}),
  };
}

function readChaincodePolicy(place: Place): ChaincodeDefinition['endorsementPolicy'] {
  return place.text(/./, 'a policy') === MAJORITY ? MAJORITY : readPolicy(place);
}

function readPolicy(place: Place): common.SignaturePolicyEnvelope {
  try {
    return signaturePolicy(place.text(/./, 'a policy'));
  } catch (error) {
    return place.refuse(error instanceof Error ? error.message : String(error));
  }
}
