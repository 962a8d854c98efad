import type { Chaincode } from '@reciprocal-clubs/network/devnet/chaincode/inProcess.js';

/** What a lying club's own chaincode may do: anything. */
export interface AlteredWrite {
  readonly key: string;
  /** absent: public state */
  readonly collection?: string;
  /** absent: the key is deleted */
  readonly value?: string;
  readonly purge?: boolean;
  /** bytes of any value instead of one */
  readonly size?: number;
  /** bytes of the key policy that it is given, base64 */
  readonly policy?: string;
  /** nothing else is written than the policy */
  readonly isOnlyPolicy?: boolean;
}

export const alteredWrite = 'altered:write';

interface Stub {
  getFunctionAndParameters(): { fcn: string; params: string[] };
  putState(key: string, value: Uint8Array): Promise<void>;
  deleteState(key: string): Promise<void>;
  putPrivateData(collection: string, key: string, value: Uint8Array): Promise<void>;
  deletePrivateData(collection: string, key: string): Promise<void>;
  purgePrivateData(collection: string, key: string): Promise<void>;
  setStateValidationParameter(key: string, policy: Uint8Array): Promise<void>;
  setPrivateDataValidationParameter(collection: string, key: string, policy: Uint8Array): Promise<void>;
}

/** The honest chaincode with one more transaction, which only clubs that have altered theirs endorse. */
export function alterable(honest: Chaincode, isAltered: () => boolean): Chaincode {
  return {
    Init: (stub) => honest.Init(stub),
    Invoke: async (stub) => {
      const raw = stub as Stub;
      const { fcn, params } = raw.getFunctionAndParameters();
      if (fcn !== alteredWrite || !isAltered()) return honest.Invoke(stub);
      for (const write of JSON.parse(params[0] ?? '[]') as AlteredWrite[]) {
        if (!write.isOnlyPolicy) await perform(raw, write);
        await givePolicy(raw, write);
      }
      return { status: 200, message: '', payload: new Uint8Array() };
    },
  };
}

async function perform(stub: Stub, { key, collection, value, purge, size }: AlteredWrite): Promise<void> {
  const bytes = size === undefined ? Buffer.from(value ?? '') : Buffer.alloc(size, 'x');
  if (collection === undefined) {
    if (bytes.length > 0) await stub.putState(key, bytes);
    else await stub.deleteState(key);
  } else if (purge) await stub.purgePrivateData(collection, key);
  else if (bytes.length === 0) await stub.deletePrivateData(collection, key);
  else await stub.putPrivateData(collection, key, bytes);
}

async function givePolicy(stub: Stub, { key, collection, policy }: AlteredWrite): Promise<void> {
  if (policy === undefined) return;
  const bytes = Buffer.from(policy, 'base64');
  if (collection === undefined) await stub.setStateValidationParameter(key, bytes);
  else await stub.setPrivateDataValidationParameter(collection, key, bytes);
}
