import type { ChaincodeStub } from 'fabric-shim-api';
import type { Chaincode } from '@reciprocal-clubs/network/devnet/chaincode/inProcess.js';

/** What a lying club's own chaincode may do: anything. */
export interface AlteredWrite {
  readonly key: string;
  /** absent: public state */
  readonly collection?: string;
  /** absent: the key is deleted */
  readonly value?: string;
}

export const alteredWrite = 'altered:write';

/** The honest chaincode with one more transaction, which only clubs that have altered theirs endorse. */
export function alterable(honest: Chaincode, isAltered: () => boolean): Chaincode {
  return {
    Init: (stub) => honest.Init(stub),
    Invoke: async (stub) => {
      const raw = stub as ChaincodeStub;
      const { fcn, params } = raw.getFunctionAndParameters();
      if (fcn !== alteredWrite || !isAltered()) return honest.Invoke(stub);
      for (const write of JSON.parse(params[0] ?? '[]') as AlteredWrite[]) await perform(raw, write);
      return { status: 200, message: '', payload: new Uint8Array() };
    },
  };
}

async function perform(stub: ChaincodeStub, { key, collection, value }: AlteredWrite): Promise<void> {
  if (collection === undefined) await stub.putState(key, Buffer.from(value ?? ''));
  else if (value === undefined) await stub.deletePrivateData(collection, key);
  else await stub.putPrivateData(collection, key, Buffer.from(value));
}
