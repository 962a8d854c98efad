/**
 * What a peer keeps on disk, in one folder: `blocks`, `private` (private values of blocks) and `transient` (endorsed
 * private values waiting for their block).
 */
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import type { CollectionWrites, PeerStorage, StoredBlock, TransactionPrivateData } from '../ports.js';
import { lockFolder } from './lock.js';
import { RecordFile } from './recordFile.js';
import { TransientFile } from './transientFile.js';

interface PrivateRecord {
  blockNumber: number;
  privateData: readonly TransactionPrivateData[];
}

/** First byte of a block's record. */
const WITHOUT_PRIVATE_DATA = 0;
const WITH_PRIVATE_DATA = 1;

/**
 * Purged private values are not marked but gone: the file is written anew without them. What a disk keeps in sectors that
 * no file has any more is out of reach here.
 */
export class FileStorage implements PeerStorage {
  readonly #unlock: () => void;
  readonly #blocks: RecordFile;
  readonly #private: RecordFile;
  readonly #transient: TransientFile;
  readonly #privateRecords = new Map<number, number>();
  #height: number;

  /**
   * Opens or makes the folder.
   * @throws FolderInUseError when another process has it, DamagedFileError when what was reported is not there
   */
  constructor(folder: string) {
    this.#unlock = lockFolder(folder);
    try {
      this.#blocks = new RecordFile(join(folder, 'blocks'));
      this.#private = new RecordFile(join(folder, 'private'));
      this.#transient = new TransientFile(join(folder, 'transient'));
      this.#height = this.#recover();
    } catch (error) {
      this.#unlock();
      throw error;
    }
  }

  get height(): number {
    return this.#height;
  }

  async append({ number, bytes, privateData }: StoredBlock): Promise<void> {
    if (number !== this.#blocks.count)
      throw new Error(`expected block ${this.#blocks.count} to be stored next, but got ${number}`);
    const privateCount = this.#private.count;
    const written: Promise<void>[] = [];
    try {
      if (privateData.length > 0) written.push(this.#private.append(serializePrivate(number, privateData)));
      const flag = privateData.length > 0 ? WITH_PRIVATE_DATA : WITHOUT_PRIVATE_DATA;
      written.push(this.#blocks.append(Buffer.concat([Buffer.of(flag), bytes])));
      await Promise.all(written);
    } catch (error) {
      await Promise.allSettled(written);
      this.#blocks.truncate(number);
      this.#private.truncate(privateCount);
      throw error;
    }
    if (privateData.length > 0) this.#privateRecords.set(number, privateCount);
    this.#height = number + 1;
  }

  read(blockNumber: number): StoredBlock {
    if (blockNumber >= this.#height) throw new RangeError(`no such block number [${blockNumber}] in index`);
    const index = this.#privateRecords.get(blockNumber);
    return {
      number: blockNumber,
      bytes: this.#blocks.read(blockNumber).subarray(1),
      privateData: index === undefined ? [] : [...parsePrivate(this.#private.read(index)).privateData],
    };
  }

  async replacePrivateData(replacements: ReadonlyMap<number, readonly TransactionPrivateData[]>): Promise<void> {
    const records = Array.from({ length: this.#private.count }, (_, index) => {
      const bytes = this.#private.read(index);
      const { blockNumber } = parsePrivate(bytes);
      const replacement = replacements.get(blockNumber);
      return replacement ? serializePrivate(blockNumber, replacement) : bytes;
    });
    this.#private.rewrite(records);
    this.#transient.compact();
  }

  putTransient(txId: string, heightAtEndorsement: number, collections: CollectionWrites[]): Promise<void> {
    return this.#transient.put({ txId, height: heightAtEndorsement, collections });
  }

  transient(txId: string): CollectionWrites[] {
    return this.#transient.get(txId);
  }

  purgeTransient(txIds: readonly string[], height: number): Promise<void> {
    this.#transient.purge(txIds, height);
    return Promise.resolve();
  }

  async close(): Promise<void> {
    await Promise.all([this.#blocks.close(), this.#private.close(), this.#transient.close()]);
    this.#unlock();
  }

  /** The two files are synced at the same time: a crash may leave the last block in one of them only. */
  #recover(): number {
    for (let index = 0; index < this.#private.count; index++)
      this.#privateRecords.set(parsePrivate(this.#private.read(index)).blockNumber, index);
    const last = this.#blocks.count - 1;
    if (last >= 0 && this.#blocks.read(last)[0] === WITH_PRIVATE_DATA && !this.#privateRecords.has(last))
      this.#blocks.truncate(last);
    const orphan = this.#privateRecords.get(this.#blocks.count);
    if (orphan !== undefined) {
      this.#private.truncate(orphan);
      this.#privateRecords.delete(this.#blocks.count);
    }
    return this.#blocks.count;
  }
}

function serializePrivate(blockNumber: number, privateData: readonly TransactionPrivateData[]): Buffer {
  const record: PrivateRecord = { blockNumber, privateData };
  return serialize(record);
}

function parsePrivate(bytes: Buffer): PrivateRecord {
  const record: PrivateRecord = deserialize(bytes);
  return record;
}
