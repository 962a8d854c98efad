import type { ChaincodeStub } from 'fabric-shim-api';

/** What the stores use of the chaincode stub. */
export type Stub = Pick<
  ChaincodeStub,
  | 'getState'
  | 'putState'
  | 'setStateValidationParameter'
  | 'getPrivateData'
  | 'getPrivateDataHash'
  | 'putPrivateData'
  | 'deletePrivateData'
  | 'setPrivateDataValidationParameter'
>;

/** The explicit collection of one club. Its members read it, its partners' transactions write to it. */
export const ownCollection = (mspId: string): string => `own_${mspId}`;
