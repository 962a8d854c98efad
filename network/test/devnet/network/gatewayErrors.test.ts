import { status } from '@grpc/grpc-js';
import { EndorseError } from '@hyperledger/fabric-gateway';
import { expect } from 'chai';
import { connectTo, failureOf } from './client.js';
import { RunningNetwork } from './runningNetwork.js';

const MISMATCH = 'ProposalResponsePayloads do not match';

describe('A gateway that cannot do what it is asked', () => {
  let network: RunningNetwork;

  before(async function () {
    this.timeout(60_000);
    network = await RunningNetwork.start();
  });

  after(() => network.stop());

  it('evaluates on the peer of the organization that is named', async () => {
    const refusal = await failureOf(
      network.client(0).contract.evaluate('getPrivate', {
        arguments: ['own_OrchardMSP', 'none'],
        endorsingOrganizations: ['OrchardMSP'],
      }),
    );
    expect(refusal.details).to.have.length(1);
    expect(refusal.details?.[0]).to.include({
      mspId: 'OrchardMSP',
      address: `localhost:${network.files.club(2).port}`,
    });
    const nobody = await failureOf(
      network.client(0).contract.evaluate('get', { arguments: ['k1'], endorsingOrganizations: ['NobodyMSP'] }),
    );
    expect(nobody.code).to.equal(status.FAILED_PRECONDITION);
    expect(nobody.message).to.include('no peers available to evaluate chaincode plain in channel clubs');
  });

  it("says what the contract's refusal is, to Evaluate and to Endorse", async () => {
    const evaluated = await failureOf(network.client(0).evaluate('refuse'));
    expect(evaluated.code).to.equal(status.UNKNOWN);
    const words = 'chaincode response 500, REFUSED: as the test wants it';
    expect(evaluated.message).to.equal(`2 UNKNOWN: evaluate call to endorser returned error: ${words}`);
    const submitted = await failureOf(network.client(0).submit('refuse'));
    expect(submitted).to.be.instanceOf(EndorseError);
    expect(submitted.code).to.equal(status.ABORTED);
    expect(submitted.message).to.equal('10 ABORTED: failed to endorse transaction, see attached details for more info');
    const detail = { address: `localhost:${network.files.club(0).port}`, mspId: 'HarbourMSP', message: words };
    expect(submitted.details).to.deep.equal([detail]);
    expect(evaluated.details).to.deep.equal([detail]);
  });

  it('says that endorsements differ', async () => {
    const error = await failureOf(network.client(0).submit('differ'));
    expect(error.code).to.equal(status.ABORTED);
    expect(error.details.map(({ message }) => message)).to.deep.equal([MISMATCH, MISMATCH]);
  });

  it('refuses an identity under the name of another organization, and unknown chaincodes and channels', async () => {
    const forged = connectTo(network.files, network.files.club(0), { mspId: 'StJuliansMSP' });
    try {
      const error = await failureOf(forged.evaluate('get', 'k1'));
      expect(error.code).to.equal(status.FAILED_PRECONDITION);
      expect(error.message).to.include('access denied: channel [clubs] creator org [StJuliansMSP]');
      const status403 = await failureOf(forged.submit('put', 'k1', 'forged'));
      expect(status403.code).to.equal(status.ABORTED);
    } finally {
      forged.close();
    }
    const { gateway } = network.client(0);
    const unknown = await failureOf(gateway.getNetwork('clubs').getContract('nothing').evaluateTransaction('get'));
    expect(unknown.code).to.equal(status.FAILED_PRECONDITION);
    const elsewhere = await failureOf(gateway.getNetwork('elsewhere').getContract('plain').evaluateTransaction('get'));
    expect(elsewhere.code).to.equal(status.UNAVAILABLE);
  });

  it('takes what the own peer cannot do to another, but not with transient data', async () => {
    await network.files.stopChaincode();
    const open = await failureOf(network.client(0).evaluate('get', 'k1'));
    expect(open.details.map(({ mspId }) => mspId)).to.deep.equal(['HarbourMSP', 'StJuliansMSP', 'OrchardMSP']);
    const guarded = await failureOf(
      network.client(0).contract.evaluate('get', { arguments: ['k1'], transientData: { value: Buffer.from('v') } }),
    );
    expect(guarded.details.map(({ mspId }) => mspId)).to.deep.equal(['HarbourMSP']);
    expect(guarded.code).to.equal(status.ABORTED);
    await network.files.startChaincode();
    await network.client(0).evaluate('get', 'k1');
  });
});
