import { recordSalt } from './hash';
import { allOf } from './keyPolicy';
import { byKey, type Key } from './keys';
import { ownCollection, type Stub } from './ports';
import type { Halves, PrivateReads } from './privateReads';
import { decodeRecord, encodeRecord } from './record';
import type { SchemaName, Schemas } from './schemas';

/** What a command gives of a private record; version and salt are added. */
export type Unsalted<S extends SchemaName> = Omit<Schemas[S], 'v' | 'salt'>;

/**
 * Records of two clubs: the same bytes in both parties' collections, every key under the policy AND(both) from its creation.
 * Keys are never deleted: a delete would lose the policy.
 */
export class BilateralStore {
  readonly #read = new Map<string, Buffer | undefined>();
  readonly #writes = new Map<string, Buffer>();

  constructor(
    private readonly stub: Stub,
    private readonly halves: Halves,
    private readonly reads: PrivateReads,
    private readonly fresh: Uint8Array,
  ) {}

  async get<S extends SchemaName>(key: Key<S>): Promise<Schemas[S] | undefined> {
    if (!this.#read.has(key.text)) this.#read.set(key.text, await this.reads.read(key));
    const bytes = this.#writes.get(key.text) ?? this.#read.get(key.text);
    return bytes && decodeRecord(key, bytes);
  }

  /** @returns the record as it will be stored */
  put<S extends SchemaName>(key: Key<S>, record: Unsalted<S>): Schemas[S] {
    if (!this.#read.has(key.text)) throw new Error(`${key.schema} is written without having been read`);
    const stored = encodeRecord(key, { ...record, v: 1, salt: recordSalt(this.fresh, key.text) });
    this.#writes.set(key.text, stored.bytes);
    return stored.record;
  }

  async flush(): Promise<void> {
    for (const [key, bytes] of [...this.#writes].sort(byKey)) {
      for (const mspId of this.halves.mspIds) {
        await this.stub.putPrivateData(ownCollection(mspId), key, bytes);
        // Both halves were read as absent by this very transaction: nobody has squatted the key.
        if (!this.#read.get(key)) {
          await this.stub.setPrivateDataValidationParameter(ownCollection(mspId), key, allOf(this.halves.mspIds));
        }
      }
    }
  }
}
