import { KeyEndorsementPolicy } from 'fabric-shim';

/** A key policy that asks for a peer of each of these organisations, in bytes that depend on nothing but the set. */
export function allOf(mspIds: readonly string[]): Uint8Array {
  const policy = new KeyEndorsementPolicy();
  policy.addOrgs('PEER', ...[...new Set(mspIds)].sort());
  return policy.getPolicy();
}
