import { expect } from 'chai';
import { LedgerError } from '../../src/fabric/ledgerError.js';
import { problemBody, ProblemError, problemFrom, problemHeaders } from '../../src/http/problem.js';
import { errors, type ErrorCode } from '../../src/openapi/errors.generated.js';

describe('A problem', () => {
  it('has a type of its own for every code of the catalogue', () => {
    const codes = Object.keys(errors) as ErrorCode[];
    const types = codes.map((code) => problemBody(new ProblemError(code), 'an-id-of-it').type);
    expect(new Set(types).size).to.equal(codes.length);
    expect(types).to.include('https://reciprocal-clubs.example/problems/record-not-found');
  });

  it('of the ledger tells transaction, operation, faults and what the contract says', () => {
    const txId = 'ab'.repeat(32);
    const faults = [{ pointer: '/a', rule: 'type' }];
    const error = new LedgerError('LIMIT_REACHED', { txId, operation: 'one', faults, unit: 'visit', max: 3 });
    expect(problemBody(problemFrom(error), 'an-id-of-it')).to.deep.equal({
      type: 'https://reciprocal-clubs.example/problems/limit-reached',
      title: errors.LIMIT_REACHED.title,
      status: 409,
      code: 'LIMIT_REACHED',
      retryable: false,
      correlationId: 'an-id-of-it',
      txId,
      operation: 'one',
      faults,
      details: { unit: 'visit', max: 3 },
    });
  });

  it('keeps its form whatever a contract says', () => {
    const error = new LedgerError('LIMIT_REACHED', { txId: 'short', operation: 7, faults: [{ pointer: 1 }, 'x'] });
    const body = problemBody(problemFrom(error), 'an-id-of-it');
    expect(body).not.to.have.any.keys('txId', 'operation', 'faults', 'details');
  });

  it('that nobody foresaw says nothing but that', () => {
    const body = problemBody(problemFrom(new TypeError('secret words')), 'an-id-of-it');
    expect(body).to.include({ code: 'INTERNAL', status: 500, retryable: false, correlationId: 'an-id-of-it' });
    expect(JSON.stringify(body)).not.to.contain('secret');
    for (const odd of [undefined, null, 'secret', 7]) expect(problemFrom(odd).code).to.equal('INTERNAL');
  });

  it('says when to come again exactly where that may help', () => {
    for (const [code, { status, retryable }] of Object.entries(errors)) {
      const headers = problemHeaders(new ProblemError(code as ErrorCode));
      const isWaitable = retryable && (status === 409 || status === 503);
      expect('Retry-After' in headers, code).to.equal(isWaitable);
    }
  });

  it('is that the database is away when it is, and INTERNAL when it was asked wrongly', () => {
    const coded = (code: string): Error => Object.assign(new Error('x'), { code });
    for (const code of ['ECONNREFUSED', '57P01', '57P03', '08006', '53300', '57014', '3F000', '42P01'])
      expect(problemFrom(coded(code)).code, code).to.equal('DATABASE_UNAVAILABLE');
    for (const code of ['42703', '23505', '22P02', '42501'])
      expect(problemFrom(coded(code)).code, code).to.equal('INTERNAL');
    for (const words of ['Connection terminated unexpectedly', 'timeout exceeded when trying to connect'])
      expect(problemFrom(new Error(words)).code, words).to.equal('DATABASE_UNAVAILABLE');
  });
});
