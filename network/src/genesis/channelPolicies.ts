/**
 * Policies of a channel's configuration, resolved to signature policies.
 */
import { common } from '@hyperledger/fabric-protos';
import type { Identity } from '../identity/msp.js';
import { readPolicy, satisfies } from '../identity/policy.js';
import { UnsupportedConfigurationError } from './mspConfig.js';

/** Satisfied when so many of the policies are. */
export interface ThresholdPolicy {
  readonly threshold: number;
  readonly policies: readonly common.SignaturePolicyEnvelope[];
}

const { PolicyType } = common.Policy;
const { Rule } = common.ImplicitMetaPolicy;

export function satisfiesThreshold({ threshold, policies }: ThresholdPolicy, identities: readonly Identity[]): boolean {
  return policies.filter((policy) => satisfies(policy, identities)).length >= threshold;
}

/**
 * The policy of that name; an implicit one is resolved to those of the sub-groups, which must be explicit.
 * @throws UnsupportedConfigurationError for anything else, InvalidPolicyError for a policy that cannot be read
 */
export function resolvePolicy(group: common.ConfigGroup, name: string): ThresholdPolicy {
  const policy = group.getPoliciesMap().get(name)?.getPolicy();
  if (policy?.getType() !== PolicyType.IMPLICIT_META) return { threshold: 1, policies: [explicitPolicy(policy, name)] };
  const implicit = common.ImplicitMetaPolicy.deserializeBinary(policy.getValue_asU8());
  const subPolicy = implicit.getSubPolicy();
  const policies = subGroups(group).map((inner) =>
    explicitPolicy(inner.getPoliciesMap().get(subPolicy)?.getPolicy(), subPolicy),
  );
  return { threshold: thresholdOf(implicit.getRule(), policies.length), policies };
}

/** In order of their names. */
export function subGroups(group: common.ConfigGroup): common.ConfigGroup[] {
  const found: common.ConfigGroup[] = [];
  group.getGroupsMap().forEach((inner) => found.push(inner));
  return found;
}

function explicitPolicy(policy: common.Policy | undefined, name: string): common.SignaturePolicyEnvelope {
  if (policy?.getType() !== PolicyType.SIGNATURE)
    throw new UnsupportedConfigurationError(`policy ${name} is missing or of a type that is not supported`);
  return readPolicy(policy.getValue_asU8());
}

function thresholdOf(rule: number, count: number): number {
  if (count === 0) return 0;
  if (rule === Rule.ALL) return count;
  return rule === Rule.ANY ? 1 : Math.floor(count / 2) + 1;
}
