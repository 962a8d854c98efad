import { peer } from '@hyperledger/fabric-protos';
import type { ErrorCode } from '../openapi/errors.generated.js';

/**
 * What the verdict on a transaction that was not applied means to its command. Two creations of one key that has a key policy, in one
 * block, give the loser ENDORSEMENT_POLICY_FAILURE, not MVCC_READ_CONFLICT (seen on Fabric 3.1.5).
 *
 * @param code `peer.TxValidationCode`, other than VALID
 */
export function meaningOf(code: number): ErrorCode {
  const { MVCC_READ_CONFLICT, PHANTOM_READ_CONFLICT, ENDORSEMENT_POLICY_FAILURE } = peer.TxValidationCode;
  if (code === MVCC_READ_CONFLICT || code === PHANTOM_READ_CONFLICT) return 'CONFLICT';
  return code === ENDORSEMENT_POLICY_FAILURE ? 'POLICY_NOT_MET' : 'TRANSACTION_INVALID';
}
