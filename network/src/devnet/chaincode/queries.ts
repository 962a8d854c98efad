/**
 * Queries of one call that the chaincode has not read to the end (core/chaincode/query_response_generator.go).
 */
import { randomUUID } from 'node:crypto';
import { peer } from '@hyperledger/fabric-protos';
import type { Scan } from '../simulation/scans.js';

interface OpenQuery {
  readonly scan: Scan<Uint8Array>;
  readonly limit: number;
  readonly isPaginated: boolean;
  /** Taken from the scan, not yet sent. */
  pending: Uint8Array[];
  count: number;
}

/** Results of one query, of all its batches together (`ledger.state.totalQueryLimit`). */
export const PAGE_LIMIT = 100_000;
const BATCH_SIZE = 100;

export class OpenQueries {
  readonly #open = new Map<string, OpenQuery>();

  /** The first batch: serialized `QueryResponse`. */
  open(scan: Scan<Uint8Array>, { limit, isPaginated }: { limit: number; isPaginated: boolean }): Uint8Array {
    const id = randomUUID();
    const query: OpenQuery = { scan, limit, isPaginated, pending: [], count: 0 };
    this.#open.set(id, query);
    return this.#batch(id, query);
  }

  next(id: string): Uint8Array {
    const query = this.#open.get(id);
    if (!query) throw new Error('query iterator not found');
    return this.#batch(id, query);
  }

  close(id: string): Uint8Array {
    this.#open.delete(id);
    return response(id, []).serializeBinary();
  }

  closeAll(): void {
    this.#open.clear();
  }

  /**
   * One result more than a batch is taken from the scan before it is sent, so that `hasMore` is exact: what has been
   * taken is in the read set, whether the chaincode asks for it or not.
   */
  #batch(id: string, query: OpenQuery): Uint8Array {
    while (query.count < query.limit) {
      const result = query.scan.next();
      if (!result) break;
      query.count += 1;
      if (!query.isPaginated && query.pending.length === BATCH_SIZE) {
        const batch = response(id, query.pending);
        batch.setHasMore(true);
        query.pending = [result];
        return batch.serializeBinary();
      }
      query.pending.push(result);
    }
    return this.#lastBatch(id, query);
  }

  #lastBatch(id: string, { scan, isPaginated, pending, count }: OpenQuery): Uint8Array {
    this.#open.delete(id);
    const batch = response(id, pending);
    if (isPaginated) {
      const metadata = new peer.QueryResponseMetadata();
      metadata.setFetchedRecordsCount(count);
      metadata.setBookmark(scan.bookmark());
      batch.setMetadata(metadata.serializeBinary());
    }
    return batch.serializeBinary();
  }
}

function response(id: string, results: readonly Uint8Array[]): peer.QueryResponse {
  const message = new peer.QueryResponse();
  message.setId(id);
  message.setResultsList(
    results.map((bytes) => {
      const result = new peer.QueryResultBytes();
      result.setResultbytes(bytes);
      return result;
    }),
  );
  return message;
}
