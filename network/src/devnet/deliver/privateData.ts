/**
 * `DeliverWithPrivateData`: the block, and the private values that its reader may have.
 */
import { field, integerField } from '../../encoding/protobufWriter.js';
import type { Identity } from '../../identity/msp.js';
import type { Definitions } from '../definitions.js';
import type { CollectionWrites, StoredBlock, TransactionPrivateData } from '../ports.js';

/** Serialized `peer.BlockAndPrivateData`. */
export function blockAndPrivateData(
  { bytes, privateData }: StoredBlock,
  reader: Identity,
  definitions: Definitions,
): Buffer {
  const mapEntries = privateData.map((transaction) => privateDataEntry(transaction, reader, definitions));
  return Buffer.concat([field(1, bytes), ...mapEntries]);
}

function privateDataEntry(
  { txIndex, collections }: TransactionPrivateData,
  reader: Identity,
  definitions: Definitions,
): Buffer {
  const readable = collections.filter((writes) => mayHave(reader, writes, definitions));
  if (readable.length === 0) return Buffer.alloc(0);
  const namespaces = [...Map.groupBy(readable, ({ namespace }) => namespace)].map(([namespace, writes]) =>
    field(2, field(1, namespace), ...writes.map(collectionWrites)),
  );
  return field(2, integerField(1, txIndex), field(2, ...namespaces));
}

function collectionWrites({ collection, rwset }: CollectionWrites): Buffer {
  return field(2, field(1, collection), field(2, rwset));
}

/** As Fabric decides it: only a member-only collection is kept from other readers of the channel. */
function mayHave({ mspId }: Identity, { namespace, collection }: CollectionWrites, definitions: Definitions): boolean {
  const definition = definitions.collection(namespace, collection);
  if (!definition) return false;
  return !definition.memberOnlyRead || definition.memberMspIds.includes(mspId);
}
