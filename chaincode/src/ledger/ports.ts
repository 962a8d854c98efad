import type { ChaincodeStub, ClientIdentity } from 'fabric-shim-api';

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

/** What a transaction is of Fabric's context. Whoever has a copy of the state can prepare a sealed command on it, without a peer. */
export interface TransactionContext {
  readonly stub: Stub &
    Pick<ChaincodeStub, 'getTransient'> & {
      /** `seconds` is whatever `Number` makes a number of: the shim gives a Long */
      getTxTimestamp(): { readonly seconds: unknown; readonly nanos: number };
    };
  readonly clientIdentity: Pick<ClientIdentity, 'getMSPID' | 'getIDBytes'>;
}

/** The explicit collection of one club. Its members read it, its partners' transactions write to it. */
export const ownCollection = (mspId: string): string => `own_${mspId}`;
