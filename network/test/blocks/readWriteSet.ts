import { ledger } from '@hyperledger/fabric-protos';

const { rwset } = ledger;

/** A serialized `rwset.TxReadWriteSet` of these serialized parts. */
export function readWriteSet(
  namespaces: readonly {
    readonly namespace: string;
    readonly rwset?: Uint8Array;
    readonly collections?: readonly {
      readonly name: string;
      readonly hashed: Uint8Array;
      readonly pvtHash: Uint8Array;
    }[];
  }[],
): Uint8Array {
  const set = new rwset.TxReadWriteSet();
  set.setNsRwsetList(
    namespaces.map(({ namespace, rwset: keyValues = new Uint8Array(), collections = [] }) => {
      const one = new rwset.NsReadWriteSet();
      one.setNamespace(namespace);
      one.setRwset(keyValues);
      one.setCollectionHashedRwsetList(
        collections.map(({ name, hashed, pvtHash }) => {
          const collection = new rwset.CollectionHashedReadWriteSet();
          collection.setCollectionName(name);
          collection.setHashedRwset(hashed);
          collection.setPvtRwsetHash(pvtHash);
          return collection;
        }),
      );
      return one;
    }),
  );
  return set.serializeBinary();
}
