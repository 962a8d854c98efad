import { msp, type common } from '@hyperledger/fabric-protos';
import { InvalidPolicyError, readPolicy } from '@reciprocal-clubs/network/identity/policy.js';

/** Whether two key policies ask for the same, in whatever bytes. One that Fabric could not evaluate means the same as no other. */
export function isSamePolicy(one: Uint8Array, other: Uint8Array): boolean {
  if (Buffer.compare(one, other) === 0) return true;
  const meaning = meaningOf(one);
  return meaning !== undefined && meaning === meaningOf(other);
}

/** The policy without what means nothing: order, numbering, principals that nobody asks for, a choice of one. */
function meaningOf(bytes: Uint8Array): string | undefined {
  try {
    const policy = readPolicy(bytes);
    return ruleMeaning(policy.getRule(), policy.getIdentitiesList().map(principalMeaning));
  } catch (error) {
    if (error instanceof InvalidPolicyError) return undefined;
    throw error;
  }
}

function ruleMeaning(rule: common.SignaturePolicy | undefined, principals: readonly string[]): string {
  const choice = rule?.getNOutOf();
  if (!choice) return principals[rule?.getSignedBy() ?? 0] ?? '';
  const rules = choice.getRulesList().map((inner) => ruleMeaning(inner, principals));
  return choice.getN() === 1 && rules.length === 1 ? rules.join() : `${choice.getN()}(${rules.sort().join()})`;
}

function principalMeaning(principal: msp.MSPPrincipal): string {
  const bytes = principal.getPrincipal_asU8();
  if (principal.getPrincipalClassification() !== msp.MSPPrincipal.Classification.ROLE)
    return `identity ${Buffer.from(bytes).toString('hex')}`;
  const role = msp.MSPRole.deserializeBinary(bytes);
  return `${role.getRole()} of ${JSON.stringify(role.getMspIdentifier())}`;
}
