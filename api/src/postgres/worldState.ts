import { createHash } from 'node:crypto';
import type { TransactionContext } from '@reciprocal-clubs/chaincode/ledger/ports.js';
import type pg from 'pg';

/** A private value that the ledger has and this club's peer did not deliver yet. */
export class IncompleteReadModelError extends Error {
  override readonly name = 'IncompleteReadModelError';

  constructor() {
    super('a private value of this club has not arrived yet');
  }
}

interface Version {
  value: Buffer | null;
  valueHash: Buffer | null;
}

const nothing = Buffer.alloc(0);
const publicState = '';

/**
 * The state of the clubs' chaincode as this club's database has it, in the form in which contracts read it. It is read within one
 * transaction of the database, so that all reads are of one height.
 */
export class WorldState implements Reads {
  constructor(private readonly client: pg.ClientBase) {}

  async getState(key: string): Promise<Buffer> {
    return (await this.#current(publicState, key))?.value ?? nothing;
  }

  /** @throws IncompleteReadModelError */
  async getPrivateData(collection: string, key: string): Promise<Buffer> {
    const version = await this.#current(collection, key);
    if (version?.valueHash && !version.value) throw new IncompleteReadModelError();
    return version?.value ?? nothing;
  }

  async getPrivateDataHash(collection: string, key: string): Promise<Buffer> {
    return (await this.#current(collection, key))?.valueHash ?? nothing;
  }

  async #current(collection: string, key: string): Promise<Version | undefined> {
    const { rows } = await this.client.query<Version>({
      name: 'current version',
      text: `SELECT value, value_hash AS "valueHash" FROM projection.version
              WHERE collection = $1 AND key_hash = $2 AND is_current`,
      values: [collection, createHash('sha256').update(key).digest()],
    });
    return rows[0];
  }
}

type Reads = Pick<TransactionContext['stub'], 'getState' | 'getPrivateData' | 'getPrivateDataHash'>;
