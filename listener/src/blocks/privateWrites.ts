import { parseKeyValueSet, type HashedCollection, type Write } from '@reciprocal-clubs/network/blocks/rwset.js';
import { MalformedMessageError } from '@reciprocal-clubs/network/encoding/protobuf.js';
import { sha256 } from '@reciprocal-clubs/network/identity/sign.js';

/** The plaintext of a collection's writes, as far as it is proven. */
export interface PrivateWrites {
  /** by the hash of the key, hex; each has the hashes that stand in the block */
  readonly writes: ReadonlyMap<string, Write>;
  /** Values are not here that the peer may have later. */
  readonly isIncomplete: boolean;
  /** The values are all here, and are not what their hashes say: whoever endorsed them lied. */
  readonly isContradictory: boolean;
}

/**
 * Compares what the peer delivered with what stands in the block: each key and each value with its hash, so that a set from which a
 * purge took something still proves the rest; and the whole set with its own hash, which tells whether there is anything to wait for.
 *
 * @param delivered serialized `kvrwset.KVRWSet`; undefined when the peer had none
 */
export function privateWrites(hashed: HashedCollection, delivered: Buffer | undefined): PrivateWrites {
  const hashes = new Map(hashed.writes.map((write) => [write.keyHash.toString('hex'), write]));
  const plain = delivered === undefined ? [] : writesIn(delivered);
  const writes = new Map<string, Write>();
  for (const write of plain ?? []) {
    const keyHash = sha256(Buffer.from(write.key)).toString('hex');
    const expected = hashes.get(keyHash);
    if (
      expected &&
      write.isDelete === expected.isDelete &&
      (write.isDelete || sha256(write.value).equals(expected.valueHash))
    )
      writes.set(keyHash, write);
  }
  const lacksValue = hashed.writes.some(({ isDelete, keyHash }) => !isDelete && !writes.has(keyHash.toString('hex')));
  const isWhole = delivered !== undefined && sha256(delivered).equals(hashed.pvtRwsetHash);
  const isStray = plain === undefined || plain.some(({ key }) => !writes.has(sha256(Buffer.from(key)).toString('hex')));
  return { writes, isIncomplete: lacksValue && !isWhole, isContradictory: isWhole && (lacksValue || isStray) };
}

/** Undefined when the bytes are no such set. */
function writesIn(rwset: Buffer): readonly Write[] | undefined {
  try {
    return parseKeyValueSet(rwset).writes;
  } catch (error) {
    if (error instanceof MalformedMessageError) return undefined;
    throw error;
  }
}
