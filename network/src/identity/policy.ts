/**
 * Signature policies: whether a set of identities is enough (common/cauthdsl), and the channel's implicit majority.
 */
import '../encoding/boundedDecoder.js';
import { common, msp } from '@hyperledger/fabric-protos';
import { Message } from '../encoding/protobuf.js';
import { certificateFingerprint } from './certificate.js';
import { readSerializedIdentity, type Identity, type Role } from './msp.js';

type Evaluator = (identities: readonly Identity[], used: boolean[]) => boolean;
type Principal = (identity: Identity) => boolean;

/** A policy that Fabric could not compile either, or that uses principals which this network does not know. */
export class InvalidPolicyError extends Error {
  override readonly name = 'InvalidPolicyError';
}

const ROLES = new Map<number, Role | 'member'>([
  [msp.MSPRole.MSPRoleType.MEMBER, 'member'],
  [msp.MSPRole.MSPRoleType.ADMIN, 'admin'],
  [msp.MSPRole.MSPRoleType.CLIENT, 'client'],
  [msp.MSPRole.MSPRoleType.PEER, 'peer'],
  [msp.MSPRole.MSPRoleType.ORDERER, 'orderer'],
]);

const compiledPolicies = new WeakMap<common.SignaturePolicyEnvelope, Evaluator>();

/**
 * True when the identities satisfy the policy. One identity satisfies one principal, in the order of the rules and
 * without looking back, as Fabric does it; an identity that is given twice counts once.
 * @throws InvalidPolicyError
 */
export function satisfies(policy: common.SignaturePolicyEnvelope, identities: readonly Identity[]): boolean {
  const evaluate = compiledPolicies.get(policy) ?? compilePolicy(policy);
  const distinct = distinctIdentities(identities);
  return evaluate(
    distinct,
    distinct.map(() => false),
  );
}

/** @throws InvalidPolicyError when the bytes are no policy that can be evaluated */
export function readPolicy(bytes: Uint8Array): common.SignaturePolicyEnvelope {
  let policy: common.SignaturePolicyEnvelope;
  try {
    policy = common.SignaturePolicyEnvelope.deserializeBinary(bytes);
  } catch (error) {
    throw new InvalidPolicyError('Error unmarshalling to SignaturePolicy', { cause: error });
  }
  compilePolicy(policy);
  return policy;
}

/** The implicit policy `MAJORITY Endorsement` where each organization's own policy is one of its peers. */
export function satisfiesMajority(mspIds: readonly string[], identities: readonly Identity[]): boolean {
  const endorsing = new Set(identities.filter(({ role }) => role === 'peer').map(({ mspId }) => mspId));
  const satisfied = mspIds.filter((mspId) => endorsing.has(mspId)).length;
  return satisfied >= (mspIds.length === 0 ? 0 : Math.floor(mspIds.length / 2) + 1);
}

function compilePolicy(policy: common.SignaturePolicyEnvelope): Evaluator {
  if (policy.getVersion() !== 0)
    throw new InvalidPolicyError(
      `This evaluator only understands messages of version 0, but version was ${policy.getVersion()}`,
    );
  const principals = policy.getIdentitiesList().map(compilePrincipal);
  const evaluate = compileRule(policy.getRule(), principals);
  compiledPolicies.set(policy, evaluate);
  return evaluate;
}

function compileRule(rule: common.SignaturePolicy | undefined, principals: readonly Principal[]): Evaluator {
  const nOutOf = rule?.getNOutOf();
  if (nOutOf) {
    const rules = nOutOf.getRulesList().map((inner) => compileRule(inner, principals));
    return (identities, used) => atLeast(nOutOf.getN(), rules, identities, used);
  }
  if (!rule?.hasSignedBy()) throw new InvalidPolicyError('Empty policy element');
  const principal = principals[rule.getSignedBy()];
  if (!principal)
    throw new InvalidPolicyError(
      `identity index out of range, requested ${rule.getSignedBy()}, but identities length is ${principals.length}`,
    );
  return (identities, used) => {
    const index = identities.findIndex((identity, at) => !used[at] && principal(identity));
    if (index !== -1) used[index] = true;
    return index !== -1;
  };
}

/** Evaluates every rule, also after enough are satisfied; a rule that fails gives back the identities it used. */
function atLeast(n: number, rules: readonly Evaluator[], identities: readonly Identity[], used: boolean[]): boolean {
  const satisfied = rules.filter((rule) => {
    const attempt = [...used];
    const ok = rule(identities, attempt);
    if (ok) used.splice(0, used.length, ...attempt);
    return ok;
  });
  return satisfied.length >= n;
}

function compilePrincipal(principal: msp.MSPPrincipal): Principal {
  const bytes = principal.getPrincipal_asU8();
  const classification = principal.getPrincipalClassification();
  try {
    if (classification === msp.MSPPrincipal.Classification.ROLE) return rolePrincipal(new Message(bytes));
    if (classification === msp.MSPPrincipal.Classification.IDENTITY) return identityPrincipal(bytes);
  } catch (error) {
    throw new InvalidPolicyError('principal cannot be read', { cause: error });
  }
  throw new InvalidPolicyError(`principal type ${classification} is not supported`);
}

function rolePrincipal(mspRole: Message): Principal {
  const mspId = mspRole.text(1);
  const role = ROLES.get(mspRole.integer(2));
  if (role === undefined) throw new InvalidPolicyError(`invalid MSP role type ${mspRole.integer(2)}`);
  return (identity) => identity.mspId === mspId && (role === 'member' || identity.role === role);
}

function identityPrincipal(serialized: Uint8Array): Principal {
  const { mspId, certificate } = readSerializedIdentity(serialized);
  const fingerprint = certificateFingerprint(certificate);
  return (identity) => identity.mspId === mspId && identity.fingerprint === fingerprint;
}

function distinctIdentities(identities: readonly Identity[]): Identity[] {
  const byFingerprint = new Map<string, Identity>();
  for (const identity of identities) {
    const key = `${identity.mspId}/${identity.fingerprint}`;
    if (!byFingerprint.has(key)) byFingerprint.set(key, identity);
  }
  return [...byFingerprint.values()];
}
