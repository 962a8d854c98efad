import { byKey, type Key } from './keys';
import type { Stub } from './ports';
import { decodeRecord, encodeRecord } from './record';
import type { SchemaName, Schemas } from './schemas';

/** Public state. Reads see the command's own writes; nothing is written before `flush`. */
export class ConsortiumStore {
  readonly #stub: Stub;
  readonly #read = new Map<string, Buffer | undefined>();
  readonly #writes = new Map<string, { bytes: Buffer; policy: Uint8Array | undefined }>();

  constructor(stub: Stub) {
    this.#stub = stub;
  }

  async get<S extends SchemaName>(key: Key<S>): Promise<Schemas[S] | undefined> {
    const bytes = await this.bytes(key);
    return bytes && decodeRecord(key, bytes);
  }

  async bytes(key: Key): Promise<Buffer | undefined> {
    const written = this.#writes.get(key.text);
    if (written) return written.bytes;
    if (!this.#read.has(key.text)) {
      const bytes = await this.#stub.getState(key.text);
      this.#read.set(key.text, bytes.length ? Buffer.from(bytes) : undefined);
    }
    return this.#read.get(key.text);
  }

  /**
   * @param policy whose endorsement later writes of this key need. Fabric keeps a key policy only on a key that has been
   *   read and is written, so the key is read before.
   */
  put<S extends SchemaName>(key: Key<S>, record: Schemas[S], policy?: Uint8Array): void {
    if (!this.#read.has(key.text)) throw new Error(`${key.schema} is written without having been read`);
    this.#writes.set(key.text, { bytes: encodeRecord(key, record).bytes, policy });
  }

  async flush(): Promise<void> {
    for (const [key, { bytes, policy }] of [...this.#writes].sort(byKey)) {
      await this.#stub.putState(key, bytes);
      if (policy) await this.#stub.setStateValidationParameter(key, policy);
    }
  }
}
