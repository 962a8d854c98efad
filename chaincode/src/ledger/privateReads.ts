import { sha256 } from './hash';
import type { Key } from './keys';
import { ownCollection, type Stub } from './ports';
import { Refusal } from './refusal';

/** Bytes of private values by key; null where the ledger holds none. */
export type Carry = Record<string, Buffer | null>;

/** Where a bilateral record's bytes come from. Both ways compare with the hashes in both parties' collections. */
export interface PrivateReads {
  /** @throws Refusal DIVERGED, STALE_READ */
  read(key: Key): Promise<Buffer | undefined>;
}

/** Values that the caller brought along: what every endorser of a submitted command uses. */
export class CarriedReads implements PrivateReads {
  constructor(
    private readonly halves: Halves,
    private readonly carry: Carry,
  ) {}

  async read(key: Key): Promise<Buffer | undefined> {
    const hash = await this.halves.hash(key);
    const carried = this.carry[key.text];
    // Not carried at all: the records moved since the carry was made, and the command took another path.
    if (carried === undefined) throw new Refusal('STALE_READ');
    const matches = carried === null ? hash === undefined : hash !== undefined && sha256(carried).equals(hash);
    if (!matches) throw new Refusal('STALE_READ');
    return carried ?? undefined;
  }
}

/** Plaintext of the caller's own half, on the caller's own peer. Remembers what was read: that is the carry for the submission. */
export class PlaintextReads implements PrivateReads {
  readonly carry: Carry = {};

  constructor(
    private readonly halves: Halves,
    private readonly stub: Stub,
    private readonly callerMsp: string,
  ) {}

  async read(key: Key): Promise<Buffer | undefined> {
    const hash = await this.halves.hash(key);
    const bytes = hash && Buffer.from(await this.stub.getPrivateData(ownCollection(this.callerMsp), key.text));
    this.carry[key.text] = bytes ?? null;
    return bytes;
  }
}

/** The two collections that hold one bilateral record. */
export class Halves {
  constructor(
    private readonly stub: Stub,
    readonly mspIds: readonly [string, string],
  ) {}

  /**
   * The common hash of both halves, undefined when both are absent. Hash reads are versioned: a race is caught at commit.
   *
   * @throws Refusal DIVERGED when the halves differ; `extraHalfOf` names the club that alone has one
   */
  async hash(key: Key): Promise<Buffer | undefined> {
    const [first, second] = [await this.#hashIn(this.mspIds[0], key), await this.#hashIn(this.mspIds[1], key)];
    if (!first.equals(second)) throw new Refusal('DIVERGED', this.#extraHalf(first, second));
    return first.length ? first : undefined;
  }

  async #hashIn(mspId: string, key: Key): Promise<Buffer> {
    return Buffer.from(await this.stub.getPrivateDataHash(ownCollection(mspId), key.text));
  }

  #extraHalf(first: Buffer, second: Buffer): { extraHalfOf?: string } {
    if (first.length && second.length) return {};
    return { extraHalfOf: first.length ? this.mspIds[0] : this.mspIds[1] };
  }
}
