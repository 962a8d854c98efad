/**
 * What a channel's configuration says about its ordering nodes, by kind of consensus.
 */
import { common, msp, orderer } from '@hyperledger/fabric-protos';
import type { PublicOrganization } from '../certificates/organization.js';
import type { Consortium, OrderingNode } from '../consortium.js';
import { serializeIdentity } from '../identity/msp.js';
import { nOutOf, signedBy } from '../identity/policyLanguage.js';

/** `devnet` is our own single ordering node; Fabric's programs refuse a channel that names it. */
export type Consensus = 'BFT' | 'etcdraft' | 'devnet';

export interface Consenter {
  readonly node: OrderingNode;
  readonly organization: PublicOrganization;
}

/** All nodes order under BFT, the clubs' under Raft (an odd number is better), one on devnet. */
export function orderingNodes({ orderingNodes: nodes, devnetNode }: Consortium, consensus: Consensus): OrderingNode[] {
  switch (consensus) {
    case 'BFT':
      return [...nodes];
    case 'etcdraft':
      return nodes.filter(({ club }) => club !== undefined);
    case 'devnet':
      return nodes.filter(({ id }) => id === devnetNode);
  }
}

export function consensusType(
  consensus: Consensus,
  consortium: Consortium,
  consenters: readonly Consenter[],
): orderer.ConsensusType {
  const value = new orderer.ConsensusType();
  value.setType(consensus);
  if (consensus === 'BFT') value.setMetadata(bftOptions(consortium).serializeBinary());
  if (consensus === 'etcdraft') value.setMetadata(raftMetadata(consenters).serializeBinary());
  return value;
}

/** The consenter mapping of BFT, numbered from 1. */
export function bftConsenters(consenters: readonly Consenter[]): common.Orderers {
  const mapping = consenters.map(({ node, organization }, index) => {
    const consenter = new common.Consenter();
    consenter.setId(index + 1);
    consenter.setHost(node.host);
    consenter.setPort(node.port);
    consenter.setMspId(node.mspId);
    consenter.setIdentity(Buffer.from(organization.nodeCertificate));
    consenter.setClientTlsCert(Buffer.from(organization.nodeTlsCertificate));
    consenter.setServerTlsCert(Buffer.from(organization.nodeTlsCertificate));
    return consenter;
  });
  const orderers = new common.Orderers();
  orderers.setConsenterMappingList(mapping);
  return orderers;
}

/** Signatures of so many nodes that any two such sets share an honest one (common/policies/bft.go). */
export function bftBlockValidation(consenters: readonly Consenter[]): common.SignaturePolicyEnvelope {
  const faulty = Math.floor((consenters.length - 1) / 3);
  const quorum = Math.ceil((consenters.length + faulty + 1) / 2);
  const policy = new common.SignaturePolicyEnvelope();
  policy.setIdentitiesList(
    consenters.map(({ node, organization }) => {
      const principal = new msp.MSPPrincipal();
      principal.setPrincipalClassification(msp.MSPPrincipal.Classification.IDENTITY);
      principal.setPrincipal(serializeIdentity(node.mspId, organization.nodeCertificate));
      return principal;
    }),
  );
  policy.setRule(
    nOutOf(
      quorum,
      consenters.map((_, index) => signedBy(index)),
    ),
  );
  return policy;
}

/** Timeouts with which a killed leader is replaced in about three seconds; Fabric's own defaults take twenty. */
function bftOptions({ batch }: Consortium): orderer.smartbft.Options {
  const options = new orderer.smartbft.Options();
  options.setRequestBatchMaxInterval(`${batch.timeoutMs}ms`);
  options.setRequestForwardTimeout('500ms');
  options.setRequestComplainTimeout('3s');
  options.setRequestAutoRemoveTimeout('3m0s');
  options.setViewChangeResendInterval('1s');
  options.setViewChangeTimeout('4s');
  options.setLeaderHeartbeatTimeout('3s');
  options.setLeaderHeartbeatCount(10);
  options.setCollectTimeout('1s');
  options.setIncomingMessageBufferSize(200);
  options.setRequestPoolSize(Math.max(10_000, 2 * batch.maxMessages));
  return options;
}

/** Options are those of `configtxgen`. */
function raftMetadata(consenters: readonly Consenter[]): orderer.etcdraft.ConfigMetadata {
  const options = new orderer.etcdraft.Options();
  options.setTickInterval('500ms');
  options.setElectionTick(10);
  options.setHeartbeatTick(1);
  options.setMaxInflightBlocks(5);
  options.setSnapshotIntervalSize(16 * 1024 * 1024);
  const metadata = new orderer.etcdraft.ConfigMetadata();
  metadata.setOptions(options);
  metadata.setConsentersList(
    consenters.map(({ node, organization }) => {
      const consenter = new orderer.etcdraft.Consenter();
      consenter.setHost(node.host);
      consenter.setPort(node.port);
      consenter.setClientTlsCert(Buffer.from(organization.nodeTlsCertificate));
      consenter.setServerTlsCert(Buffer.from(organization.nodeTlsCertificate));
      return consenter;
    }),
  );
  return metadata;
}
