import type { MetadataEntry, NamespaceReadWriteSet } from '@reciprocal-clubs/network/blocks/rwset.js';
import { sha256 } from '@reciprocal-clubs/network/identity/sign.js';

/** What a transaction says of who must endorse later writes of a key. It stands in the block, whoever may read the values. */
export interface PolicyWrite {
  /** empty: public state */
  readonly collection: string;
  readonly keyHash: Buffer;
  /** undefined: only its hash is known */
  readonly key: string | undefined;
  /** `common.SignaturePolicyEnvelope`; undefined: the key carries none from now on */
  readonly policy: Buffer | undefined;
}

/** Fabric's name of the metadata that holds a key's endorsement policy. */
const validationParameter = 'VALIDATION_PARAMETER';

/** A write of a key's metadata replaces all of it. */
export function policyWritesOf({ metadataWrites, collections }: NamespaceReadWriteSet): PolicyWrite[] {
  return [
    ...metadataWrites.map(({ key, entries }) => ({
      ...{ collection: '', key, policy: policyIn(entries) },
      keyHash: sha256(Buffer.from(key)),
    })),
    ...collections.flatMap(({ collection, metadataWrites: hashed }) =>
      hashed.map(({ keyHash, entries }) => ({ collection, keyHash, key: undefined, policy: policyIn(entries) })),
    ),
  ];
}

const policyIn = (entries: readonly MetadataEntry[]): Buffer | undefined =>
  entries.findLast(({ name }) => name === validationParameter)?.value;
