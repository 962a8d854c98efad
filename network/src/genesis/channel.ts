/**
 * What a channel's configuration block says, as far as peers, ordering nodes and auditors of this network go by it.
 */
import { common, msp, orderer } from '@hyperledger/fabric-protos';
import { parseBlock } from '../blocks/block.js';
import { parseEnvelope, type Envelope } from '../blocks/envelope.js';
import type { MspDefinition } from '../identity/msp.js';
import { signaturePolicy } from '../identity/policyLanguage.js';
import { resolvePolicy, subGroups, type ThresholdPolicy } from './channelPolicies.js';
import { durationMs } from './duration.js';
import { UnsupportedConfigurationError, readMspConfig } from './mspConfig.js';

/** A node of BFT's consenter mapping. */
export interface ChannelConsenter {
  readonly id: number;
  readonly host: string;
  readonly port: number;
  readonly mspId: string;
  /** PEM */
  readonly certificate: string;
}

/** Either of a channel's two groups of organizations. */
export interface AccessPolicies {
  readonly readers: ThresholdPolicy;
  readonly writers: ThresholdPolicy;
}

export interface Channel {
  readonly name: string;
  /** Counts the configuration's changes; 0 in a genesis block. */
  readonly sequence: number;
  readonly applicationMspIds: readonly string[];
  readonly ordererMspIds: readonly string[];
  /** Of clubs and ordering organizations. */
  readonly mspDefinitions: readonly MspDefinition[];
  /** `BFT`, `etcdraft` or `devnet`. */
  readonly consensus: string;
  /** Under BFT only. */
  readonly consenters: readonly ChannelConsenter[];
  /** Who must have signed a block. */
  readonly blockValidation: ThresholdPolicy;
  readonly application: AccessPolicies;
  readonly ordering: AccessPolicies;
  readonly batchSize: {
    readonly maxMessages: number;
    readonly absoluteMaxBytes: number;
    readonly preferredMaxBytes: number;
  };
  readonly batchTimeoutMs: number;
  /** `host:port` */
  readonly ordererAddresses: readonly string[];
}

/**
 * Reads a serialized `common.Block` that holds a configuration; it is not verified.
 * @throws Error when it is no configuration block, UnsupportedConfigurationError when it asks for what is not supported
 */
export function readChannel(configBlock: Uint8Array): Channel {
  const [bytes, ...others] = parseBlock(configBlock).envelopes;
  if (bytes === undefined || others.length > 0)
    throw new Error('not a configuration block: it has several envelopes or none');
  return readChannelConfig(parseEnvelope(bytes));
}

/** The same from the block's envelope. */
export function readChannelConfig(envelope: Envelope): Channel {
  if (envelope.type !== common.HeaderType.CONFIG) throw new Error('not a configuration block');
  const config = common.ConfigEnvelope.deserializeBinary(envelope.data).getConfig();
  const root = config?.getChannelGroup();
  if (!config || !root) throw new Error('no config found in envelope');
  const application = group(root, 'Application');
  const ordering = group(root, 'Orderer');
  const clubs = subGroups(application).map(mspDefinitionOf);
  const orderingOrganizations = subGroups(ordering).map(mspDefinitionOf);
  const applicationMspIds = clubs.map(({ mspId }) => mspId);
  requireMajorityEndorsement(application, applicationMspIds);
  const definitions = new Map([...clubs, ...orderingOrganizations].map((one) => [one.mspId, one]));
  return {
    name: envelope.channel,
    sequence: config.getSequence(),
    applicationMspIds,
    ordererMspIds: orderingOrganizations.map(({ mspId }) => mspId),
    mspDefinitions: [...definitions.values()],
    consensus: orderer.ConsensusType.deserializeBinary(value(ordering, 'ConsensusType')).getType(),
    consenters: readConsenters(ordering),
    blockValidation: resolvePolicy(ordering, 'BlockValidation'),
    application: accessPolicies(application),
    ordering: accessPolicies(ordering),
    batchSize: readBatchSize(ordering),
    batchTimeoutMs: durationMs(orderer.BatchTimeout.deserializeBinary(value(ordering, 'BatchTimeout')).getTimeout()),
    ordererAddresses: subGroups(ordering).flatMap((organization) =>
      common.OrdererAddresses.deserializeBinary(value(organization, 'Endpoints')).getAddressesList(),
    ),
  };
}

function group(parent: common.ConfigGroup, name: string): common.ConfigGroup {
  const found = parent.getGroupsMap().get(name);
  if (!found) throw new Error(`invalid configuration block, missing ${name} configuration group`);
  return found;
}

function value(parent: common.ConfigGroup, name: string): Uint8Array {
  const found = parent.getValuesMap().get(name);
  if (!found) throw new Error(`invalid configuration block, missing value ${name}`);
  return found.getValue_asU8();
}

function accessPolicies(organizations: common.ConfigGroup): AccessPolicies {
  return { readers: resolvePolicy(organizations, 'Readers'), writers: resolvePolicy(organizations, 'Writers') };
}

function mspDefinitionOf(organization: common.ConfigGroup): MspDefinition {
  return readMspConfig(msp.MSPConfig.deserializeBinary(value(organization, 'MSP')));
}

/** Chaincodes without a policy of their own are judged by it, and this network knows no other (see `satisfiesMajority`). */
function requireMajorityEndorsement(application: common.ConfigGroup, mspIds: readonly string[]): void {
  const { threshold, policies } = resolvePolicy(application, 'Endorsement');
  const onePeerEach = mspIds.every((mspId, index) => {
    const expected = signaturePolicy(`OR('${mspId}.peer')`).serializeBinary();
    return Buffer.from(expected).equals(policies[index]?.serializeBinary() ?? Buffer.alloc(0));
  });
  if (threshold !== Math.floor(mspIds.length / 2) + 1 || !onePeerEach)
    throw new UnsupportedConfigurationError(
      "the channel's Endorsement policy must be MAJORITY Endorsement, with one peer of each organization",
    );
}

function readConsenters(ordering: common.ConfigGroup): ChannelConsenter[] {
  const orderers = ordering.getValuesMap().get('Orderers');
  if (!orderers) return [];
  return common.Orderers.deserializeBinary(orderers.getValue_asU8())
    .getConsenterMappingList()
    .map((consenter) => ({
      id: consenter.getId(),
      host: consenter.getHost(),
      port: consenter.getPort(),
      mspId: consenter.getMspId(),
      certificate: Buffer.from(consenter.getIdentity_asU8()).toString(),
    }));
}

function readBatchSize(ordering: common.ConfigGroup): Channel['batchSize'] {
  const batchSize = orderer.BatchSize.deserializeBinary(value(ordering, 'BatchSize'));
  return {
    maxMessages: batchSize.getMaxMessageCount(),
    absoluteMaxBytes: batchSize.getAbsoluteMaxBytes(),
    preferredMaxBytes: batchSize.getPreferredMaxBytes(),
  };
}
