import { recordSalt } from './hash';
import type { Unsalted } from './bilateralStore';
import { byKey, type Key } from './keys';
import { ownCollection, type Stub } from './ports';
import { decodeRecord, encodeRecord } from './record';
import type { SchemaName, Schemas } from './schemas';

interface Write {
  bytes: Buffer | undefined;
  policy: Uint8Array | undefined;
}

/** One club's own keys. Anybody may test them for presence; their content decides nothing in a bilateral command. */
export class OwnStore {
  readonly #hashes = new Map<string, Buffer>();
  readonly #writes = new Map<string, Write>();

  constructor(
    private readonly stub: Stub,
    private readonly mspId: string,
    private readonly fresh: Uint8Array,
  ) {}

  /** Presence by hash: any endorser can answer. */
  async has(key: Key): Promise<boolean> {
    const written = this.#writes.get(key.text);
    return written ? written.bytes !== undefined : (await this.hash(key)).length > 0;
  }

  /** SHA-256 of the stored bytes; empty when there are none. */
  async hash(key: Key): Promise<Buffer> {
    const known = this.#hashes.get(key.text);
    if (known) return known;
    const hash = Buffer.from(await this.stub.getPrivateDataHash(ownCollection(this.mspId), key.text));
    this.#hashes.set(key.text, hash);
    return hash;
  }

  /** Plaintext: on the club's own peer only, in commands that the club alone endorses. */
  async get<S extends SchemaName>(key: Key<S>): Promise<Schemas[S] | undefined> {
    const bytes = await this.stub.getPrivateData(ownCollection(this.mspId), key.text);
    return bytes.length ? decodeRecord(key, bytes) : undefined;
  }

  /** @param policy whose endorsement later writes need: with the partner among them the club cannot take the key back alone */
  put<S extends SchemaName>(key: Key<S>, record: Unsalted<S>, policy?: Uint8Array): Schemas[S] {
    const stored = encodeRecord(key, { ...record, v: 1, salt: recordSalt(this.fresh, key.text) });
    this.putBytes(key, stored.bytes, policy);
    return stored.record;
  }

  /** Exactly these bytes, without a salt: for what is public elsewhere and compared by hash. */
  putBytes(key: Key, bytes: Buffer, policy?: Uint8Array): void {
    if (!this.#hashes.has(key.text)) throw new Error(`${key.schema} is written without having been read`);
    this.#writes.set(key.text, { bytes, policy });
  }

  delete(key: Key): void {
    if (!this.#hashes.has(key.text)) throw new Error(`${key.schema} is deleted without having been read`);
    this.#writes.set(key.text, { bytes: undefined, policy: undefined });
  }

  async flush(): Promise<void> {
    const collection = ownCollection(this.mspId);
    for (const [key, { bytes, policy }] of [...this.#writes].sort(byKey)) {
      if (bytes === undefined) await this.stub.deletePrivateData(collection, key);
      else await this.stub.putPrivateData(collection, key, bytes);
      if (policy) await this.stub.setPrivateDataValidationParameter(collection, key, policy);
    }
  }
}

/** The own stores that one command touches, written in the order of their collections. */
export class OwnStores {
  readonly #stores = new Map<string, OwnStore>();

  constructor(
    private readonly stub: Stub,
    private readonly fresh: Uint8Array,
  ) {}

  of(mspId: string): OwnStore {
    const known = this.#stores.get(mspId);
    if (known) return known;
    const store = new OwnStore(this.stub, mspId, this.fresh);
    this.#stores.set(mspId, store);
    return store;
  }

  async flush(): Promise<void> {
    for (const [, store] of [...this.#stores].sort(byKey)) await store.flush();
  }
}
