/**
 * Builds the tree of a channel's configuration from plain descriptions.
 */
import { common } from '@hyperledger/fabric-protos';
import { signaturePolicy } from '../identity/policyLanguage.js';

/** Anything that serializes itself: a message of the generated protobuf classes. */
interface Serializable {
  serializeBinary(): Uint8Array;
}

export interface GroupDescription {
  readonly groups?: Readonly<Record<string, common.ConfigGroup>>;
  readonly values: Readonly<Record<string, Serializable>>;
  readonly policies: Readonly<Record<string, common.Policy>>;
}

const ADMINS = 'Admins';
const RULES = new Map(Object.entries(common.ImplicitMetaPolicy.Rule));

/** A group in which only the group's `Admins` may change anything. */
export function configGroup({ groups = {}, values, policies }: GroupDescription): common.ConfigGroup {
  const group = new common.ConfigGroup();
  group.setModPolicy(ADMINS);
  for (const [name, inner] of Object.entries(groups)) group.getGroupsMap().set(name, inner);
  for (const [name, value] of Object.entries(values)) group.getValuesMap().set(name, configValue(value));
  for (const [name, policy] of Object.entries(policies)) group.getPoliciesMap().set(name, configPolicy(policy));
  return group;
}

/** `MAJORITY Admins`: a rule (ANY, ALL, MAJORITY) over the sub-groups' policies of that name. @throws Error for other rules */
export function implicitPolicy(text: string): common.Policy {
  const [rule = '', subPolicy = ''] = text.split(' ');
  const ruleNumber = RULES.get(rule);
  if (ruleNumber === undefined) throw new Error(`invalid implicit meta policy rule '${text}'`);
  const implicit = new common.ImplicitMetaPolicy();
  implicit.setSubPolicy(subPolicy);
  implicit.setRule(ruleNumber);
  return policyOf(common.Policy.PolicyType.IMPLICIT_META, implicit);
}

/** A policy in Fabric's language, or already compiled. */
export function explicitPolicy(policy: string | common.SignaturePolicyEnvelope): common.Policy {
  return policyOf(common.Policy.PolicyType.SIGNATURE, typeof policy === 'string' ? signaturePolicy(policy) : policy);
}

function policyOf(type: number, value: Serializable): common.Policy {
  const policy = new common.Policy();
  policy.setType(type);
  policy.setValue(value.serializeBinary());
  return policy;
}

function configValue(value: Serializable): common.ConfigValue {
  const configured = new common.ConfigValue();
  configured.setValue(value.serializeBinary());
  configured.setModPolicy(ADMINS);
  return configured;
}

function configPolicy(policy: common.Policy): common.ConfigPolicy {
  const configured = new common.ConfigPolicy();
  configured.setPolicy(policy);
  configured.setModPolicy(ADMINS);
  return configured;
}
