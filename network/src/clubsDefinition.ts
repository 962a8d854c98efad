/** Name of the chaincode that all clubs agree on, and of its public state. */
export const clubsChaincode = 'clubs';

/**
 * The clubs' chaincode as `peer lifecycle` would commit it: endorsed by the majority, with one explicit collection per club. Others read
 * no plaintext (`memberOnlyRead`), partners' transactions write there (`memberOnlyWrite` is off) and need that club's peer. Nothing is
 * sent between peers: whoever endorses has the values.
 *
 * @param policy what the caller makes of a policy in Fabric's policy language
 */
export function clubsDefinition<Policy>(
  { version, packageId, mspIds }: { version: string; packageId: string; mspIds: readonly string[] },
  policy: (text: string) => Policy,
) {
  return {
    name: clubsChaincode,
    version,
    sequence: 1,
    packageId,
    endorsementPolicy: 'MAJORITY Endorsement' as const,
    collections: mspIds.map((mspId) => ({
      name: `own_${mspId}`,
      memberMspIds: [mspId],
      requiredPeerCount: 0,
      maxPeerCount: 0,
      blockToLive: 0,
      memberOnlyRead: true,
      memberOnlyWrite: false,
      endorsementPolicy: policy(`OR('${mspId}.peer')`),
    })),
  };
}
