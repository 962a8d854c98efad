import { expect } from 'chai';
import { DatabaseError } from 'pg';
import { describeError } from '../src/describeError.js';
import { LedgerError } from '../src/fabric/ledgerError.js';

function syntaxError(): unknown {
  try {
    return JSON.parse('{"member": secret}');
  } catch (error) {
    return error;
  }
}

describe('What a log says of an error', () => {
  it('is its kind, its words, where it came from and its cause', () => {
    const said = describeError(new LedgerError('INTERNAL', {}, { cause: new TypeError('x is not a function') }));
    expect(said).to.deep.include({ error: 'LedgerError', reason: 'INTERNAL: Something failed that should not.' });
    expect(said).to.have.nested.property('cause.reason', 'x is not a function');
    expect(said).to.have.nested.property('at[0]').that.contains('describeError.test');
  });

  it('leaves out the words of those who quote what they were given', () => {
    const ofPostgres = new DatabaseError('invalid input syntax for type bigint: "secret"', 1, 'error');
    ofPostgres.code = '22P02';
    for (const error of [syntaxError(), ofPostgres])
      expect(JSON.stringify(describeError(error))).not.to.contain('secret');
    expect(describeError(ofPostgres)).to.include({ errorCode: '22P02' });
  });

  it('is little of what is no error', () => {
    expect(describeError('secret')).to.deep.equal({ error: 'string' });
    expect(describeError(undefined)).to.deep.equal({ error: 'undefined' });
  });
});
