import { createHash } from 'node:crypto';
import type { EndorserTransaction } from '@reciprocal-clubs/network/blocks/transaction.js';
import { readSerializedIdentity } from '@reciprocal-clubs/network/identity/msp.js';
import type { Prepared } from '@reciprocal-clubs/api/fabric/sealedEnvelope.js';

/** What a command wrote to one club's collection; keys by name where the test knows them, else by hash. */
export interface CollectionWrites {
  writes: string[];
  deletes: string[];
  /** keys whose policy was set */
  policies: string[];
}

/** What became of a transaction: its verdict, and exactly what stands in the block. */
export class Receipt {
  readonly consortiumReads: string[];
  readonly consortiumWrites: string[];
  readonly keyPolicies: string[];
  readonly endorsers: string[];
  readonly payload: Buffer;
  readonly event: unknown;
  readonly #sets;

  readonly validationCode: number | undefined;
  /** undefined when nothing was submitted */
  readonly blockNumber: number | undefined;

  constructor(
    committed: { code: number; blockNumber: number; transaction: EndorserTransaction } | undefined,
    readonly prepared: Prepared,
    namespace: string,
  ) {
    const transaction = committed?.transaction;
    this.validationCode = committed?.code;
    this.blockNumber = committed?.blockNumber;
    const set = transaction?.readWriteSets.find((candidate) => candidate.namespace === namespace);
    this.#sets = set?.collections ?? [];
    this.consortiumReads = (set?.reads ?? []).map(({ key }) => key).sort();
    this.consortiumWrites = (set?.writes ?? []).map(({ key }) => key).sort();
    this.keyPolicies = (set?.metadataWrites ?? []).map(({ key }) => key).sort();
    this.endorsers = (transaction?.endorsements ?? [])
      .map(({ endorser }) => readSerializedIdentity(endorser).mspId)
      .sort();
    this.payload = transaction?.response.payload ?? Buffer.alloc(0);
    this.event = transaction?.event && JSON.parse(transaction.event.payload.toString());
  }

  /** Of a public command: what it returned. Of a sealed one: what prepare said. */
  get result(): unknown {
    return this.payload.length ? JSON.parse(this.payload.toString()) : this.prepared.result;
  }

  /** The writes of every collection that was written, under the names of these keys. */
  collections(keys: readonly string[]): Record<string, CollectionWrites> {
    const names = new Map(keys.map((key) => [createHash('sha256').update(key).digest('hex'), key]));
    const name = ({ keyHash }: { keyHash: Buffer }): string =>
      names.get(keyHash.toString('hex')) ?? keyHash.toString('hex');
    return Object.fromEntries(
      this.#sets
        .filter(({ writes, metadataWrites }) => writes.length + metadataWrites.length > 0)
        .map(({ collection, writes, metadataWrites }) => [
          collection,
          {
            writes: writes
              .filter(({ isDelete }) => !isDelete)
              .map(name)
              .sort(),
            deletes: writes
              .filter(({ isDelete }) => isDelete)
              .map(name)
              .sort(),
            policies: metadataWrites.map(name).sort(),
          },
        ]),
    );
  }
}
