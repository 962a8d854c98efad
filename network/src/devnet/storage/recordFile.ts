/**
 * A file of records that survives kill -9 and power loss: what `append` reported is there when the file is opened again.
 *
 * The file begins with a mark of its own, random so that no payload can look like a record of this file. A record is
 * `mark, length, CRC-32 of length and payload, payload`. What a crash left unfinished at the end is cut off when the file
 * is opened; a broken record with a good one behind it is damage to what was reported, and is refused.
 */
import {
  closeSync,
  fdatasync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { randomBytes } from 'node:crypto';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { crc32 } from 'node:zlib';

const MARK_BYTES = 8;
/** The mark and its own CRC-32. */
const HEAD_BYTES = MARK_BYTES + 4;
const LENGTH_AT = MARK_BYTES;
const CRC_AT = LENGTH_AT + 4;
const HEADER_BYTES = CRC_AT + 4;

const dataSync = promisify(fdatasync);

/** A file whose reported records are damaged. */
export class DamagedFileError extends Error {
  override readonly name = 'DamagedFileError';

  constructor(path: string, offset: number) {
    super(`${path} is damaged at byte ${offset}: what is there does not match its checksum`);
  }
}

/** Opens or creates; one process at a time (see lock.ts). Writing goes to the system at once, in the order of the calls. */
export class RecordFile {
  readonly #path: string;
  #descriptor: number;
  readonly #mark: Buffer;
  /** Where each record's header is; one more entry for the end. */
  #offsets: number[];
  #syncing: Promise<void> = Promise.resolve();
  #nextSync: Promise<void> | undefined;
  #failure: unknown;

  /** @throws DamagedFileError */
  constructor(path: string) {
    this.#path = path;
    rmSync(unfinishedOf(path), { force: true });
    this.#descriptor = openSync(path, 'a+', 0o600);
    this.#mark = readMark(this.#descriptor, path) ?? makeMark(this.#descriptor, path);
    this.#offsets = this.#findRecords();
    ftruncateSync(this.#descriptor, this.#end);
  }

  get count(): number {
    return this.#offsets.length - 1;
  }

  get bytes(): number {
    return this.#end;
  }

  /** @throws RangeError when there is no such record */
  read(index: number): Buffer {
    const start = this.#offsets[index];
    const end = this.#offsets[index + 1];
    if (start === undefined || end === undefined) throw new RangeError(`no record ${index} in ${this.#path}`);
    return readExactly(this.#descriptor, start + HEADER_BYTES, end - start - HEADER_BYTES);
  }

  /** Resolves when the record is on disk; calls at the same time share the wait. */
  async append(payload: Uint8Array): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    const bytes = this.#record(payload);
    try {
      writeAll(this.#descriptor, bytes);
    } catch (error) {
      ftruncateSync(this.#descriptor, this.#end);
      throw error;
    }
    this.#offsets.push(this.#end + bytes.length);
    await this.#onDisk();
  }

  /** Forgets all but the first records. */
  truncate(count: number): void {
    this.#offsets.length = Math.min(this.#offsets.length, count + 1);
    ftruncateSync(this.#descriptor, this.#end);
  }

  /** Keeps these records instead of those it has; a crash leaves the old file or the new one. */
  rewrite(payloads: Iterable<Uint8Array>): void {
    const descriptor = openSync(unfinishedOf(this.#path), 'ax+', 0o600);
    const offsets = [HEAD_BYTES];
    writeAll(descriptor, head(this.#mark));
    for (const payload of payloads) {
      const bytes = this.#record(payload);
      writeAll(descriptor, bytes);
      offsets.push(lastOf(offsets) + bytes.length);
    }
    fsyncSync(descriptor);
    renameSync(unfinishedOf(this.#path), this.#path);
    syncFolder(this.#path);
    const replaced = this.#descriptor;
    this.#descriptor = descriptor;
    this.#offsets = offsets;
    void this.#syncing.then(() => closeSync(replaced));
  }

  async close(): Promise<void> {
    await this.#onDisk();
    closeSync(this.#descriptor);
  }

  get #end(): number {
    return lastOf(this.#offsets);
  }

  /** Waits for a sync that begins after this call; one that is under way may have missed the last write. */
  #onDisk(): Promise<void> {
    this.#nextSync ??= this.#syncing.then(() => {
      this.#nextSync = undefined;
      const sync = dataSync(this.#descriptor);
      this.#syncing = sync.catch((error: unknown) => {
        this.#failure = error;
      });
      return sync;
    });
    return this.#nextSync;
  }

  #record(payload: Uint8Array): Buffer {
    const header = Buffer.alloc(HEADER_BYTES);
    this.#mark.copy(header);
    header.writeUInt32BE(payload.length, LENGTH_AT);
    header.writeUInt32BE(checksum(header, payload), CRC_AT);
    return Buffer.concat([header, payload]);
  }

  /** Offsets of the good records from the file's beginning, and of their end. */
  #findRecords(): number[] {
    const { size } = fstatSync(this.#descriptor);
    const offsets = [HEAD_BYTES];
    for (;;) {
      const end = this.#recordEnd(lastOf(offsets), size);
      if (end === undefined) break;
      offsets.push(end);
    }
    if (this.#hasRecordAfter(lastOf(offsets), size)) throw new DamagedFileError(this.#path, lastOf(offsets));
    return offsets;
  }

  /** Where the record at the offset ends; undefined when no good one is there. */
  #recordEnd(offset: number, size: number): number | undefined {
    if (offset + HEADER_BYTES > size) return undefined;
    const header = readExactly(this.#descriptor, offset, HEADER_BYTES);
    const length = header.readUInt32BE(LENGTH_AT);
    const end = offset + HEADER_BYTES + length;
    if (!header.subarray(0, MARK_BYTES).equals(this.#mark) || end > size) return undefined;
    const payload = readExactly(this.#descriptor, offset + HEADER_BYTES, length);
    return checksum(header, payload) === header.readUInt32BE(CRC_AT) ? end : undefined;
  }

  #hasRecordAfter(offset: number, size: number): boolean {
    const rest = readExactly(this.#descriptor, offset, size - offset);
    for (let at = rest.indexOf(this.#mark, 1); at !== -1; at = rest.indexOf(this.#mark, at + 1))
      if (this.#recordEnd(offset + at, size) !== undefined) return true;
    return false;
  }
}

/** What a rewrite that was killed leaves. */
function unfinishedOf(path: string): string {
  return `${path}.unfinished`;
}

function checksum(header: Buffer, payload: Uint8Array): number {
  return crc32(payload, crc32(header.subarray(LENGTH_AT, CRC_AT)));
}

/** Undefined when the file holds nothing yet. */
function readMark(descriptor: number, path: string): Buffer | undefined {
  const { size } = fstatSync(descriptor);
  if (size < HEAD_BYTES) return undefined;
  const bytes = readExactly(descriptor, 0, HEAD_BYTES);
  const mark = bytes.subarray(0, MARK_BYTES);
  if (head(mark).equals(bytes)) return mark;
  if (size > HEAD_BYTES) throw new DamagedFileError(path, 0);
  return undefined;
}

function makeMark(descriptor: number, path: string): Buffer {
  const mark = randomBytes(MARK_BYTES);
  ftruncateSync(descriptor, 0);
  writeAll(descriptor, head(mark));
  fsyncSync(descriptor);
  syncFolder(path);
  return mark;
}

function head(mark: Buffer): Buffer {
  const crc = Buffer.alloc(4);
  crc.writeUInt32BE(crc32(mark));
  return Buffer.concat([mark, crc]);
}

function lastOf(offsets: readonly number[]): number {
  return offsets.at(-1) ?? HEAD_BYTES;
}

function readExactly(descriptor: number, offset: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  for (let done = 0; done < length;) {
    const read = readSync(descriptor, bytes, done, length - done, offset + done);
    if (read === 0) throw new Error(`file ended ${length - done} bytes early`);
    done += read;
  }
  return bytes;
}

function writeAll(descriptor: number, bytes: Buffer): void {
  for (let done = 0; done < bytes.length;) done += writeSync(descriptor, bytes, done);
}

/** A file's name is on disk only when its folder is. */
function syncFolder(path: string): void {
  const folder = openSync(dirname(path), 'r');
  fsyncSync(folder);
  closeSync(folder);
}
