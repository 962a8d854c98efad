import { Metadata, status } from '@grpc/grpc-js';
import { GatewayError } from '@hyperledger/fabric-gateway';
import { expect } from 'chai';
import { isAlreadyOrdered, isDefiniteRefusal, proposalError } from '../../src/fabric/gatewayErrors.js';
import { LedgerError, RefusedError } from '../../src/fabric/ledgerError.js';

const cause = Object.assign(new Error('cause'), { code: status.ABORTED, details: '', metadata: new Metadata() });

function gatewayError(code: status, message: string, ...details: string[]): GatewayError {
  return new GatewayError({
    code,
    message,
    details: details.map((detail, i) => ({ address: `peer${i}`, mspId: `Club${i}MSP`, message: detail })),
    cause,
  });
}

describe('what an error of the gateway means', () => {
  it('a refusal of a contract keeps its code and its public details', () => {
    const error = proposalError(
      gatewayError(
        status.ABORTED,
        'failed to endorse transaction',
        'chaincode response 500, NOT_YOUR_CLUB: A club writes its own entry only. {"club":"orchard"}',
      ),
    );
    expect(error).to.be.instanceOf(RefusedError);
    expect([error.code, error.details]).to.deep.equal(['NOT_YOUR_CLUB', { club: 'orchard' }]);
  });

  it('a refusal of a sealed command is its code', () => {
    const error = proposalError(gatewayError(status.ABORTED, 'failed', 'chaincode response 500, LIMIT_REACHED'));
    expect([error.code, error.details]).to.deep.equal(['LIMIT_REACHED', {}]);
  });

  it('where one peer stands behind and another refuses, the refusal counts', () => {
    const error = proposalError(
      gatewayError(
        status.ABORTED,
        'failed',
        'chaincode response 500, STALE_READ',
        'chaincode response 500, PASS_REVOKED',
      ),
    );
    expect(error.code).to.equal('PASS_REVOKED');
    expect(error).to.have.property('refusedBy').deep.equal(['Club1MSP']);
  });

  it('words of a chaincode that are no code of the catalogue are a fault inside', () => {
    expect(
      proposalError(gatewayError(status.UNKNOWN, 'chaincode response 500, Cannot read properties of undefined')).code,
    ).to.equal('INTERNAL');
    expect(proposalError(gatewayError(status.UNKNOWN, 'chaincode response 500, NO_SUCH_CODE')).code).to.equal(
      'INTERNAL',
    );
  });

  for (const [what, error, code] of [
    [
      'different results',
      gatewayError(status.ABORTED, 'failed to assemble transaction: ProposalResponsePayloads do not match'),
      'ENDORSEMENT_MISMATCH',
    ],
    [
      'too many requests',
      gatewayError(status.UNAVAILABLE, 'too many requests for /gateway.Gateway, exceeding concurrency limit (500)'),
      'TOO_BUSY',
    ],
    [
      'an identity that is not accepted',
      gatewayError(status.FAILED_PRECONDITION, 'error validating proposal: access denied'),
      'IDENTITY_REFUSED',
    ],
    [
      'a peer that is away',
      gatewayError(status.UNAVAILABLE, 'failed to find any endorsing peers for org(s): HarbourMSP'),
      'PEER_UNAVAILABLE',
    ],
    [
      'a chaincode that is away',
      gatewayError(status.ABORTED, 'failed', 'could not launch chaincode clubs'),
      'PEER_UNAVAILABLE',
    ],
    ['a deadline', gatewayError(status.DEADLINE_EXCEEDED, 'evaluate call to endorser timed out'), 'PEER_UNAVAILABLE'],
  ] as const) {
    it(`${what}: ${code}`, () => expect(proposalError(error).code).to.equal(code));
  }

  it('an error of no gateway is a fault inside, with its cause', () => {
    const inside = new RangeError('no such thing');
    const error = proposalError(inside);
    expect([error.code, error.cause]).to.deep.equal(['INTERNAL', inside]);
  });
});

describe('a failed submission', () => {
  it('may have been ordered, unless ordering or the peer said no', () => {
    for (const code of [
      status.UNAVAILABLE,
      status.DEADLINE_EXCEEDED,
      status.INTERNAL,
      status.UNKNOWN,
      status.CANCELLED,
    ]) {
      expect(
        isDefiniteRefusal(gatewayError(code, 'no orderers could successfully process transaction')),
        status[code],
      ).to.equal(false);
    }
    expect(isDefiniteRefusal(gatewayError(status.ABORTED, 'received unsuccessful response from orderer'))).to.equal(
      true,
    );
    expect(isDefiniteRefusal(new TypeError('no'))).to.equal(false);
  });

  it('of an envelope that ordering has is no failure', () => {
    expect(isAlreadyOrdered(gatewayError(status.UNAVAILABLE, 'failed', 'request already processed'))).to.equal(true);
    expect(isAlreadyOrdered(gatewayError(status.UNAVAILABLE, 'failed', 'connection refused'))).to.equal(false);
  });
});

describe('a ledger error', () => {
  it('says whether a new attempt can help', () => {
    expect(new LedgerError('STALE_READ').retryable).to.equal(true);
    expect(new LedgerError('TRANSACTION_INVALID').retryable).to.equal(false);
  });
});
