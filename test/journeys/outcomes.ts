import { errors, type ErrorCode } from '@reciprocal-clubs/api/openapi/errors.generated.js';
import type { Schemas } from '@reciprocal-clubs/openapi/types';
import { expect } from 'chai';
import { ask } from './asking.js';
import type { Club, Role } from './first/club.js';
import type { Called } from './first/narrator.js';
import { made, type OnLedger } from './given.js';

/** What must be so of a command that was carried out. */
export interface Expected<Data> {
  readonly by: Club;
  readonly role: Role;
  /** path of the record */
  readonly address: (record: Data) => string;
  /** the record has this address since this command */
  readonly created?: boolean;
  /** told of it, and to whom; undefined when nothing had to change */
  readonly event: { readonly type: string; readonly at: readonly Club[] } | undefined;
}

/**
 * Expects that a command was carried out: the answer is the record as it is read, with where the ledger says so; the operation and the
 * transaction say the same; and each club concerned hears of it, with the record as it reads it.
 *
 * @returns the record
 */
export async function carriedOut<Data extends object>(
  called: Called<Data>,
  expected: Expected<Extract<Data, OnLedger>>,
): Promise<Extract<Data, OnLedger>> {
  const { error, response } = called;
  expect(response.status, JSON.stringify(error)).to.equal(expected.created ? 201 : 200);
  const record = made(called);
  const { by, role, event } = expected;
  const path = expected.address(record);
  expect(response.headers.get('location')).to.equal(expected.created ? path : null);
  expect(Number(response.headers.get('ledger-height'))).to.be.greaterThan(record.ledger.block);

  const read = await ask(by, 'GET', path, { roles: [role] });
  expect(read.body).to.deep.equal(record);
  expect(read.headers.get('etag'))
    .to.equal(response.headers.get('etag'))
    .and.to.match(/^"[0-9a-f]{64}-\d+-\d+"$/);
  const operation = await operationOf(by, role, response);
  expect(operation).to.deep.include({ state: 'done', answer: { status: response.status, body: record } });
  const { txId, block } = record.ledger;
  if (!event) {
    expect(operation.attempts).to.deep.equal([]);
    return record;
  }
  expect(operation.attempts.at(-1)).to.deep.include({ txId, block, code: 'VALID' });
  const transaction = await ask(by, 'GET', `/transactions/${txId}`, { roles: [role] });
  expect(transaction.body).to.deep.include({ txId, block, code: 'VALID', creator: by.profile.mspId });
  for (const club of event.at) {
    const heard = await club.inbox.event(event.type, txId);
    expect(heard, `${event.type} at ${club.name}`).to.have.nested.property('data.block', block);
    const seen = await ask(club, 'GET', path, { roles: ['auditor'] });
    const { ledger: _, ...body } = seen.body as OnLedger;
    expect(heard).to.have.nested.property('data.record').that.deep.equals(body);
  }
  return record;
}

/** What became of the operation behind an answer, as who asked for it reads it. */
export async function operationOf(
  club: Club,
  role: Role,
  { headers }: Pick<Response, 'headers'>,
): Promise<Schemas['OperationView']> {
  const operation = await ask(club, 'GET', `/operations/${headers.get('operation')}`, { roles: [role] });
  expect(operation.status, operation.text).to.equal(200);
  return operation.body as Schemas['OperationView'];
}

/** Expects that a request was refused, as the catalogue says of this code. @returns the problem */
export function refused(
  code: ErrorCode,
  answer: { readonly headers: Headers; readonly status: number },
  problem: unknown,
): Schemas['Problem'] {
  const { status, title, retryable } = errors[code];
  expect(problem).to.deep.include({ code, status, title, retryable });
  expect(answer.status).to.equal(status);
  expect(answer.headers.get('content-type')).to.match(/^application\/problem\+json\b/);
  expect(problem).to.have.property('correlationId', answer.headers.get('correlation-id'));
  const mayWait = retryable && [409, 503].includes(status);
  expect(answer.headers.has('retry-after')).to.equal(mayWait);
  return problem as Schemas['Problem'];
}

/** Expects that a command was refused, and that nothing was sent for it. @returns the refusal's details */
export async function commandRefused(
  code: ErrorCode,
  by: Club,
  role: Role,
  { error, response }: Called<unknown>,
): Promise<Readonly<Record<string, unknown>>> {
  const { details = {}, operation } = refused(code, response, error);
  if (operation !== undefined) {
    expect(response.headers.get('operation')).to.equal(operation);
    expect(await operationOf(by, role, response)).to.deep.include({ state: 'done', attempts: [] });
  }
  return details;
}
