/**
 * A channel's configuration, made of a consortium and its organizations' certificates.
 */
import { common, orderer, peer } from '@hyperledger/fabric-protos';
import type { PublicOrganization } from '../certificates/organization.js';
import type { Club, Consortium } from '../consortium.js';
import { configGroup, explicitPolicy, implicitPolicy } from './configGroup.js';
import {
  bftBlockValidation,
  bftConsenters,
  consensusType,
  orderingNodes,
  type Consensus,
  type Consenter,
} from './consensus.js';
import { mspConfig } from './mspConfig.js';

const MERKLE_WIDTH = 0xffffffff;

/** The root of the configuration. @throws Error when the certificates of an organization are missing */
export function channelGroup(
  consortium: Consortium,
  organizations: readonly PublicOrganization[],
  consensus: Consensus,
): common.ConfigGroup {
  const byMspId = new Map(organizations.map((organization) => [organization.msp.mspId, organization]));
  const certificatesOf = (mspId: string): PublicOrganization => {
    const organization = byMspId.get(mspId);
    if (!organization) throw new Error(`no certificates given for ${mspId}`);
    return organization;
  };
  const consenters = orderingNodes(consortium, consensus).map((node) => ({
    node,
    organization: certificatesOf(node.mspId),
  }));
  const clubs = consortium.clubs.map((club) => [club.mspId, clubGroup(club, certificatesOf(club.mspId))] as const);
  return configGroup({
    groups: {
      Application: applicationGroup(consortium, Object.fromEntries(clubs)),
      Orderer: ordererGroup(consortium, consenters, consensus),
    },
    values: {
      HashingAlgorithm: hashingAlgorithm('SHA256'),
      BlockDataHashingStructure: blockDataHashingStructure(),
      Capabilities: capability('V3_0'),
    },
    policies: standardPolicies(consortium),
  });
}

function standardPolicies({ policies }: Consortium): Record<string, common.Policy> {
  return {
    Readers: implicitPolicy('ANY Readers'),
    Writers: implicitPolicy('ANY Writers'),
    Admins: implicitPolicy(policies.admins),
  };
}

function applicationGroup(consortium: Consortium, clubs: Record<string, common.ConfigGroup>): common.ConfigGroup {
  return configGroup({
    groups: clubs,
    values: { Capabilities: capability('V2_5') },
    policies: {
      ...standardPolicies(consortium),
      Endorsement: implicitPolicy(consortium.policies.endorsement),
      LifecycleEndorsement: implicitPolicy(consortium.policies.lifecycleEndorsement),
    },
  });
}

function clubGroup({ mspId, host, peerPort }: Club, certificates: PublicOrganization): common.ConfigGroup {
  const anchor = new peer.AnchorPeer();
  anchor.setHost(host);
  anchor.setPort(peerPort);
  const anchors = new peer.AnchorPeers();
  anchors.setAnchorPeersList([anchor]);
  return configGroup({
    values: { MSP: mspConfig(certificates.msp), AnchorPeers: anchors },
    policies: {
      Readers: explicitPolicy(`OR('${mspId}.admin', '${mspId}.peer', '${mspId}.client')`),
      Writers: explicitPolicy(`OR('${mspId}.admin', '${mspId}.client')`),
      Admins: explicitPolicy(`OR('${mspId}.admin')`),
      Endorsement: explicitPolicy(`OR('${mspId}.peer')`),
    },
  });
}

function ordererGroup(
  consortium: Consortium,
  consenters: readonly Consenter[],
  consensus: Consensus,
): common.ConfigGroup {
  const blockValidation =
    consensus === 'BFT' ? explicitPolicy(bftBlockValidation(consenters)) : implicitPolicy('ANY Writers');
  return configGroup({
    groups: Object.fromEntries(consenters.map((consenter) => [consenter.node.mspId, orderingGroup(consenter)])),
    values: {
      BatchSize: batchSize(consortium),
      BatchTimeout: batchTimeout(consortium),
      ChannelRestrictions: new orderer.ChannelRestrictions(),
      Capabilities: capability('V2_0'),
      ConsensusType: consensusType(consensus, consortium, consenters),
      ...(consensus === 'BFT' ? { Orderers: bftConsenters(consenters) } : {}),
    },
    policies: { ...standardPolicies(consortium), BlockValidation: blockValidation },
  });
}

function orderingGroup({ node, organization }: Consenter): common.ConfigGroup {
  const endpoints = new common.OrdererAddresses();
  endpoints.setAddressesList([`${node.host}:${node.port}`]);
  return configGroup({
    values: { MSP: mspConfig(organization.msp), Endpoints: endpoints },
    policies: {
      Readers: explicitPolicy(`OR('${node.mspId}.member')`),
      Writers: explicitPolicy(`OR('${node.mspId}.member')`),
      Admins: explicitPolicy(`OR('${node.mspId}.admin')`),
    },
  });
}

function hashingAlgorithm(name: string): common.HashingAlgorithm {
  const value = new common.HashingAlgorithm();
  value.setName(name);
  return value;
}

function blockDataHashingStructure(): common.BlockDataHashingStructure {
  const value = new common.BlockDataHashingStructure();
  value.setWidth(MERKLE_WIDTH);
  return value;
}

function capability(name: string): common.Capabilities {
  const value = new common.Capabilities();
  value.getCapabilitiesMap().set(name, new common.Capability());
  return value;
}

function batchSize({ batch }: Consortium): orderer.BatchSize {
  const value = new orderer.BatchSize();
  value.setMaxMessageCount(batch.maxMessages);
  value.setAbsoluteMaxBytes(batch.absoluteMaxBytes);
  value.setPreferredMaxBytes(batch.preferredMaxBytes);
  return value;
}

function batchTimeout({ batch }: Consortium): orderer.BatchTimeout {
  const value = new orderer.BatchTimeout();
  value.setTimeout(`${batch.timeoutMs}ms`);
  return value;
}
