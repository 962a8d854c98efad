import { peer } from '@hyperledger/fabric-protos';
import { expect } from 'chai';
import { startInProcess, type InProcessNetwork } from '../../src/devnet/inProcess.js';
import { propose, type SignedInvocation } from '../../src/devnet/client.js';
import { Message } from '../../src/encoding/protobuf.js';
import { definitionOf, endorsed, ownCollection, plainChaincode, run, startScripted } from './script.js';

const { INVALID_ENDORSER_TRANSACTION, ENDORSEMENT_POLICY_FAILURE, ILLEGAL_WRITESET, INVALID_CHAINCODE } =
  peer.TxValidationCode;
const MINUTE_MS = 60_000;
const noonMs = Date.UTC(2026, 5, 1, 12);
const all = ['AMSP', 'BMSP', 'CMSP'];

describe('an endorser', () => {
  let network: InProcessNetwork;
  const clocks = new Map<string, number>();

  before(async () => {
    network = await startScripted({ clock: (mspId) => clocks.get(mspId) ?? noonMs });
  });

  const proposal = (more: object = {}): SignedInvocation =>
    network.propose({ by: network.signer('AMSP'), args: ['run', '[["putState","k","v"]]'], ...more });
  const refusal = (signed: SignedInvocation, mspId = 'AMSP'): Promise<string> =>
    network.endorse(signed, [mspId]).then(
      ([answer]) => `${answer?.response.getResponse()?.getStatus()} ${answer?.response.getResponse()?.getMessage()}`,
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );
  const changed = (change: (signed: peer.SignedProposal) => void): SignedInvocation => {
    const invocation = proposal();
    change(invocation.signed);
    return invocation;
  };

  it('signs what all endorsers of a transaction sign', async () => {
    const answers = await network.endorse(proposal(), all);
    const payloads = answers.map(({ response }) => Buffer.from(response.getPayload_asU8()).toString('hex'));
    expect(new Set(payloads).size).to.equal(1);
    expect(answers.map(({ response }) => response.getVersion())).to.deep.equal([1, 1, 1]);
  });

  it('refuses a claimed time more than 15 minutes from its own clock', async () => {
    expect(await refusal(proposal({ timestampMs: noonMs - 15 * MINUTE_MS }))).to.match(/^200/);
    expect(await refusal(proposal({ timestampMs: noonMs - 15 * MINUTE_MS - 1 }))).to.equal(
      'request unauthorized due to incorrect timestamp 2026-06-01T11:44:59Z, peer time 2026-06-01T12:00:00Z, peer.authentication.timewindow 15m0s',
    );
    clocks.set('CMSP', noonMs - 16 * MINUTE_MS);
    expect(await refusal(proposal(), 'CMSP')).to.contain('peer time 2026-06-01T11:44:00Z');
    clocks.clear();
  });

  it('refuses what the client did not sign, and clients it does not know', async () => {
    const forged = changed((signed) => signed.setSignature(proposal().signed.getSignature_asU8()));
    expect(await refusal(forged)).to.equal(
      'error validating proposal: access denied: channel [clubs] creator org [AMSP]',
    );
    const stranger = await startScripted({ clubs: ['XMSP', 'YMSP'], clock: () => noonMs });
    const unknown = propose(stranger.signer('XMSP'), {
      channel: 'clubs',
      chaincode: 'script',
      args: ['run', '[]'],
      timestampMs: noonMs,
    });
    expect(await refusal(unknown)).to.equal(
      'error validating proposal: access denied: channel [clubs] creator org unknown, creator is malformed',
    );
    expect(await refusal(changed((signed) => signed.setSignature('')))).to.equal(
      'error validating proposal: empty signature bytes',
    );
  });

  it('refuses a peer as a client: it is no writer', async () => {
    expect(await refusal(proposal({ by: network.signer('AMSP', 'Node') }))).to.match(
      /^Failed evaluating policy on signed data during check policy on channel \[clubs\] with policy \[\/Channel\/Application\/Writers\]/,
    );
  });

  it('refuses a proposal that cannot be read', async () => {
    expect(await refusal(changed((signed) => signed.setProposalBytes(Buffer.from('?'))))).to.match(
      /^error unmarshalling Proposal: /,
    );
    expect(await refusal(changed((signed) => signed.setProposalBytes('')))).to.equal(
      'ChaincodeHeaderExtension.ChaincodeId is nil',
    );
  });

  it('refuses a transaction that is on the ledger', async () => {
    const once = proposal();
    const envelope = network.assemble(once, await network.endorse(once, all));
    expect(await network.submit(envelope)).to.have.property('code', 0);
    expect(await refusal(once)).to.match(
      new RegExp(`^duplicate transaction found \\[${once.txId}\\]\\. Creator \\[[0-9a-f]+\\]$`),
    );
  });

  it('answers with status 500 what cannot be run', async () => {
    expect(await refusal(proposal({ chaincode: 'nothing' }))).to.equal(
      '500 make sure the chaincode nothing has been successfully defined on channel clubs and try again: chaincode nothing not found',
    );
    const elsewhere = propose(network.signer('AMSP'), {
      channel: 'elsewhere',
      chaincode: 'script',
      args: ['run', '[]'],
      timestampMs: noonMs,
    });
    expect(await refusal(elsewhere)).to.equal("500 channel 'elsewhere' not found");
  });

  it('shows what a contract that refused would have done, and does not sign it', async () => {
    const refused = proposal({ args: ['run', '[["putState","k","v"],["noSuchMethod"]]'] });
    const [answer] = await network.endorse(refused, ['BMSP']);
    expect(answer?.response.getResponse()?.getStatus()).to.equal(500);
    expect(answer?.response.getPayload_asU8().length).to.be.greaterThan(0);
    expect(answer?.response.hasEndorsement()).to.equal(false);
  });

  it('says whose endorsements are needed', async () => {
    const interestOf = async (...steps: unknown[]): Promise<object[]> => {
      const [answer] = await network.endorse(proposal({ args: ['run', JSON.stringify(steps)] }), ['AMSP']);
      return (answer?.response.getInterest()?.getChaincodesList() ?? []).map((call) => ({
        collections: call.getCollectionNamesList(),
        keyPolicies: call.getKeyPoliciesList().length,
        withoutChaincodePolicy: call.getDisregardNamespacePolicy(),
        noPrivateReads: call.getNoPrivateReads(),
      }));
    };
    const chaincode = { collections: [], keyPolicies: 0, withoutChaincodePolicy: false, noPrivateReads: false };
    const inOwn = { ...chaincode, collections: ['own_AMSP'] };
    expect(await interestOf(['getState', 'k'])).to.deep.equal([chaincode]);
    expect(await interestOf(['putPrivateData', 'own_AMSP', 'p', 'v'])).to.deep.equal([
      { ...inOwn, noPrivateReads: true },
    ]);
    expect(await interestOf(['getPrivateData', 'own_AMSP', 'p'])).to.deep.equal([chaincode, inOwn]);
    expect(await interestOf(['getPrivateDataHash', 'own_BMSP', 'p'])).to.deep.equal([chaincode]);
    const { KeyEndorsementPolicy } = await import('fabric-shim');
    const policy = new KeyEndorsementPolicy();
    policy.addOrgs('PEER', 'BMSP');
    const base64 = Buffer.from(policy.getPolicy()).toString('base64');
    expect(
      await run(network, all, ['putState', 'of B', 'v'], ['setStateValidationParameter', 'of B', { base64 }]),
    ).to.equal(0);
    expect(await interestOf(['putState', 'of B', 'w'])).to.deep.equal([
      { ...chaincode, keyPolicies: 1, withoutChaincodePolicy: true },
    ]);
    expect(await interestOf(['putState', 'of B', 'w'], ['putState', 'of all', 'w'])).to.deep.equal([
      { ...chaincode, keyPolicies: 1 },
    ]);
  });
});

describe('a chaincode in process', () => {
  let network: InProcessNetwork;

  before(async () => {
    const definition = definitionOf(all.map(ownCollection), 'MAJORITY Endorsement', 'plain');
    network = await startInProcess({
      clubs: all,
      definition,
      chaincode: plainChaincode,
      furtherChaincodes: [{ definition: definitionOf([], 'MAJORITY Endorsement'), chaincode: () => scripts }],
    });
  });

  const scripts = {
    Init: async () => ({ status: 200 }),
    Invoke: async (stub: object): Promise<unknown> => {
      const { getFunctionAndParameters, invokeChaincode } = stub as {
        getFunctionAndParameters(): { fcn: string; params: string[] };
        invokeChaincode(name: string, args: string[], channel: string): Promise<object>;
      };
      const { fcn, params } = getFunctionAndParameters.call(stub);
      try {
        return await invokeChaincode.call(stub, fcn, params, '');
      } catch (error) {
        return { status: 500, message: String(error) };
      }
    },
  };

  const evaluate = async (args: string[], more: object = {}): Promise<string> =>
    network.evaluate(network.propose({ by: network.signer('AMSP'), args, ...more }), 'AMSP').then(
      (result) => result.toString(),
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );

  it('runs contracts with the real stub: identity, events, history, transient data', async () => {
    expect(await evaluate(['whoAmI'])).to.equal('AMSP');
    const position = await network.invoke({ by: network.signer('BMSP'), args: ['put', 'k', '1'] }, all);
    expect(position).to.have.property('code', 0);
    expect(network.transaction(position).event).to.deep.include({
      chaincode: 'plain',
      name: 'put',
      payload: Buffer.from('k'),
    });
    await network.invoke({ by: network.signer('BMSP'), args: ['put', 'k', '2'] }, all);
    await network.invoke({ by: network.signer('BMSP'), args: ['remove', 'k'] }, all);
    expect(await evaluate(['history', 'k'])).to.equal('[null,"2","1"]');
    expect(await evaluate(['putPrivate', 'own_AMSP', 'p'])).to.equal('chaincode response 500, VALUE_MISSING');
    expect(await evaluate(['putPrivate', 'own_AMSP', 'p'], { transient: { value: 'v' } })).to.equal('');
  });

  it('whose peers come to different results makes no transaction', async () => {
    const proposal = network.propose({ by: network.signer('AMSP'), args: ['differ'] });
    const answers = await network.endorse(proposal, ['AMSP', 'BMSP']);
    expect(() => network.assemble(proposal, answers)).to.throw('ProposalResponsePayloads do not match');
  });

  it('calls another one in the same transaction, and not itself', async () => {
    const position = await network.invoke(
      { by: network.signer('AMSP'), chaincode: 'script', args: ['plain', 'put', 'called', 'v'] },
      all,
    );
    expect(position).to.have.property('code', 0);
    const { readWriteSets } = network.transaction(position);
    expect(readWriteSets.map(({ namespace, writes }) => [namespace, writes.map(({ key }) => key)])).to.deep.equal([
      ['_lifecycle', []],
      ['plain', ['called']],
    ]);
    expect(readWriteSets[0]?.reads.map(({ key }) => key)).to.deep.equal([
      'namespaces/fields/plain/Sequence',
      'namespaces/fields/script/Sequence',
    ]);
    const call = (target: string): Promise<string> => evaluate([target, 'get', 'called'], { chaincode: 'script' });
    expect(await call('plain')).to.equal('v');
    expect(await call('plain/clubs')).to.equal('v');
    expect(await call('script')).to.match(/execute failed: error sending: txid: \w+\(clubs\) exists/);
    expect(await call('nothing')).to.contain('chaincode nothing not found');
    expect(await call('plain/elsewhere')).to.contain('Failed to get policy manager for channel [elsewhere]');
  });
});

describe('a peer that lies', () => {
  it('makes nothing valid alone: altered results, endorsements of others, endorsements twice', async () => {
    const network = await startScripted();
    const proposal = network.propose({ by: network.signer('AMSP'), args: ['run', '[["putState","k","v"]]'] });
    const answers = await network.endorse(proposal, all);
    const payload = Buffer.from(answers[0]?.response.getPayload_asU8() ?? []);
    const altered = alteredPayload(payload);
    const endorsement = network.endorseAs('CMSP', altered);
    const others = answers.flatMap(({ response }) => response.getEndorsement() ?? []);
    const codes = [];
    for (const endorsements of [[endorsement], [endorsement, endorsement], [endorsement, ...others.slice(0, 2)]])
      codes.push(
        (
          await network.submit(
            network.assembleAnything(
              network.propose({ by: proposal.signer, args: ['run', '[]'] }),
              altered,
              endorsements,
            ),
          )
        ).code,
      );
    expect(codes).to.deep.equal(codes.map(() => INVALID_ENDORSER_TRANSACTION));
    const sameProposal = network.assembleAnything(proposal, altered, [endorsement, ...others.slice(0, 2)]);
    expect((await network.submit(sameProposal)).code).to.equal(ENDORSEMENT_POLICY_FAILURE);
    expect((await network.submit(await endorsed(network, all, ['putState', 'k', 'v']))).code).to.equal(0);
  });

  it('with a majority behind it writes what it likes, but not to the lifecycle', async () => {
    const network = await startScripted();
    const submit = async (namespace: string): Promise<number> => {
      const proposal = network.propose({ by: network.signer('AMSP'), args: ['run', '[["putState","k","v"]]'] });
      const [answer] = await network.endorse(proposal, ['AMSP']);
      const altered = alteredPayload(Buffer.from(answer?.response.getPayload_asU8() ?? []), namespace);
      return (
        await network.submit(
          network.assembleAnything(
            proposal,
            altered,
            all.map((mspId) => network.endorseAs(mspId, altered)),
          ),
        )
      ).code;
    };
    expect(await submit('script')).to.equal(0);
    expect(await submit('_lifecycle')).to.equal(ILLEGAL_WRITESET);
    expect(await submit('unknown')).to.equal(INVALID_CHAINCODE);
  });
});

/** The same payload with one more namespace at the end that has the last one's writes. */
function alteredPayload(payload: Buffer, namespace = 'script'): Buffer {
  const response = peer.ProposalResponsePayload.deserializeBinary(payload);
  const action = peer.ChaincodeAction.deserializeBinary(response.getExtension_asU8());
  const results = Buffer.from(action.getResults_asU8());
  const [, written] = new Message(results).allBytes(2);
  const rwset = new Message(written ?? Buffer.alloc(0)).bytes(2);
  action.setResults(readWriteSetOf(namespace, rwset));
  response.setExtension$(action.serializeBinary());
  return Buffer.from(response.serializeBinary());
}

function readWriteSetOf(namespace: string, rwset: Buffer): Buffer {
  const name = Buffer.from(namespace);
  const set = Buffer.concat([Buffer.of(0x0a, name.length), name, Buffer.of(0x12, rwset.length), rwset]);
  return Buffer.concat([Buffer.of(0x12, set.length), set]);
}
