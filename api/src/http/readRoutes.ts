import type pg from 'pg';
import { requireOperation } from '../operations/operationView.js';
import { entityTag, readRecord, representation, type StoredRecord } from '../postgres/recordStore.js';
import { readBlock, readBlockBytes, readBlocks } from '../registers/blocks.js';
import { readPage } from '../registers/page.js';
import { recordPage } from '../registers/records.js';
import { readTransaction, readTransactions } from '../registers/transactions.js';
import { tagOf, unlessKnown } from './entityTags.js';
import { ProblemError } from './problem.js';
import { callerOf, type Reply, type Route, type RouteRequest, type Routes } from './route.js';

export interface ReadSource {
  readonly pool: pg.Pool;
  readonly secrets: { readonly cursorKey: Buffer };
}

/** Everything that is read, from the club's own database, by operationId. */
export function readRoutes({ pool, secrets: { cursorKey } }: ReadSource): Routes {
  const register =
    (kind: string): Route =>
    async (request) =>
      ok(await readPage(kind, request, cursorKey, (page) => recordPage(pool, kind, page)));

  const record =
    (kind: string, idOf: (params: RouteRequest['params']) => string | undefined): Route =>
    async (request) =>
      recordReply(request, await readRecord(pool, kind, idOf(request.params) ?? ''));

  return {
    'clubs.list': register('club'),
    'clubs.get': record('club', ({ clubId }) => clubId),
    'agreements.list': register('agreement'),
    'agreements.get': record('agreement', ({ agreementId }) => agreementId),
    'agreements.terms': record('terms', ({ agreementId, n }) => `${agreementId}/${Number(n)}`),
    'passes.list': register('pass'),
    'passes.get': record('pass', ({ passId }) => passId),
    'visits.list': register('visit'),
    'visits.get': record('visit', ({ visitId }) => visitId),
    'governance.list': register('proposal'),
    'governance.get': record('proposal', ({ proposalId }) => proposalId),
    'governance.policies': register('policy'),
    'governance.policy': (request) => policyHistory(pool, request),
    'ledger.blocks': async (request) =>
      ok(await readPage('block', request, cursorKey, (page) => readBlocks(pool, page))),
    'ledger.block': (request) => block(pool, request),
    'ledger.transactions': async (request) =>
      ok(await readPage('transaction', request, cursorKey, (page) => readTransactions(pool, page))),
    'ledger.transaction': async (request) =>
      found(request, await readTransaction(pool, String(request.params['txId']))),
    'operations.get': async (request) => {
      const { subject } = callerOf(request);
      const { correlationId, params } = request;
      return found(
        request,
        await requireOperation(pool, { id: String(params['operationId']), subject, correlationId }),
      );
    },
  };
}

const ok = (body: object): Reply => ({ status: 200, body });

/** @throws ProblemError RECORD_NOT_FOUND */
function found(request: RouteRequest, body: object | undefined): Reply {
  if (!body) throw new ProblemError('RECORD_NOT_FOUND');
  return unlessKnown(request, { status: 200, body, headers: { ETag: tagOf(body) } });
}

/** @throws ProblemError RECORD_NOT_FOUND */
function recordReply(request: RouteRequest, record: StoredRecord | undefined): Reply {
  if (!record) throw new ProblemError('RECORD_NOT_FOUND');
  return unlessKnown(request, { status: 200, body: representation(record), headers: { ETag: entityTag(record) } });
}

const mostVersions = 1000;

async function policyHistory(pool: pg.Pool, request: RouteRequest): Promise<Reply> {
  const { name } = request.params;
  const versions = await recordPage(pool, 'policy', { after: undefined, rows: mostVersions, filters: { name } });
  return found(request, versions.length > 0 ? { name, versions: versions.map(({ item }) => item) } : undefined);
}

async function block(pool: pg.Pool, request: RouteRequest): Promise<Reply> {
  const number = Number(request.params['number']);
  // 1e999 is a number to the validator, and infinity below every maximum there is.
  if (!Number.isSafeInteger(number))
    throw new ProblemError('INVALID_PARAMETER', { faults: [{ pointer: '/path/number', rule: 'maximum' }] });
  if (!/^application\/octet-stream\b/.test(request.header('Accept') ?? '')) {
    return found(request, await readBlock(pool, number));
  }
  const bytes = await readBlockBytes(pool, number);
  if (!bytes) throw new ProblemError('RECORD_NOT_FOUND');
  const headers = { 'Content-Type': 'application/octet-stream', ETag: tagOf(bytes) };
  return unlessKnown(request, { status: 200, body: bytes, headers });
}
