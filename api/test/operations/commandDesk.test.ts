import { expect } from 'chai';
import { proposeAgreement } from '../../src/agreements/proposeAgreement.js';
import { closeProposal } from '../../src/governance/proposalCommands.js';
import { LedgerError, RefusedError } from '../../src/fabric/ledgerError.js';
import type { Outcome, Submission } from '../../src/operations/commandDesk.js';
import { request, until, untilDone } from './asking.js';
import { envelopeOf, Node } from './node.js';

const mvccConflict = 11;
const policyFailure = 10;
const badSignature = 4;

describe('The desk that takes commands', () => {
  let node: Node;

  beforeEach(async () => {
    node = await Node.open();
  });

  afterEach(() => node.close());

  const submit = (more?: Partial<Submission>): Promise<Outcome> => node.desk.submit(closeProposal, request(more));

  it('answers with the record that the block brought', async () => {
    node.commitWhenSent();
    const { answer } = await submit();
    expect(answer).to.deep.include({ status: 200 });
    expect(answer).to.have.nested.property('body.closedIn', 0);
    expect(answer)
      .to.have.nested.property('headers.ETag')
      .that.matches(/^"[0-9a-f]{64}-0-0"$/);
  });

  it('has stored an envelope before it sends it', async () => {
    let stored: unknown;
    node.ordering = async (envelope) => {
      const { rows } = await node.pool.query<{ envelope: Buffer }>('SELECT envelope FROM records.attempt');
      stored = rows.map((row) => row.envelope.equals(envelope));
      await node.commit(envelope);
      return { accepted: true };
    };
    await submit();
    expect(stored).to.deep.equal([true]);
  });

  it('asks the ledger for the same thing whenever the key is the same, and for another otherwise', async () => {
    const asked: unknown[] = [];
    node.endorse = (ledger) => {
      asked.push(ledger);
      return Promise.reject(new LedgerError('PEER_UNAVAILABLE'));
    };
    for (const idempotencyKey of ['one-intention-of-mine', 'one-intention-of-mine', 'another-intention-of-mine'])
      await submit({ idempotencyKey });
    const [first, second, other] = asked;
    expect(second).to.deep.equal(first);
    expect(first)
      .to.have.property('commandId')
      .that.matches(/^[0-9a-f]{32}$/);
    expect(other).not.to.deep.equal(first);
  });

  it('gives the stored answer when the same request comes again, and asks nobody', async () => {
    node.commitWhenSent();
    const first = await submit();
    await node.crash();
    expect(await submit()).to.deep.equal(first);
    expect(node.endorsed).to.equal(1);
  });

  it('refuses the key with another request', async () => {
    node.commitWhenSent();
    await submit();
    const error = await submit({ params: { proposalId: 'cd'.repeat(16) } }).catch((refused: unknown) => refused);
    expect(error).to.be.instanceOf(LedgerError).with.property('code', 'IDEMPOTENCY_MISMATCH');
  });

  it('lets two subjects use the same key, each for itself', async () => {
    node.commitWhenSent();
    const one = await submit();
    const other = await submit({ subject: 'staff-2' });
    expect(other.operation).not.to.equal(one.operation);
  });

  it('tells a second request that the first is being carried out', async () => {
    const first = submit();
    const sent = await until(() => node.sent[0]);
    const error = await submit().catch((refused: unknown) => refused);
    expect(error).to.be.instanceOf(LedgerError).with.property('code', 'OPERATION_RUNNING');
    await node.commit(sent);
    expect((await first).answer).to.have.property('status', 200);
    expect(node.endorsed).to.equal(1);
  });

  it('takes up what the database kept and did not say so', async () => {
    node.endorse = () => Promise.reject(new LedgerError('PEER_UNAVAILABLE'));
    await submit();
    await node.pool.query(
      `UPDATE records.operation SET state = 'running', status = NULL, answer = NULL, finished_at = NULL`,
    );
    node.endorse = () => Promise.resolve(envelopeOf());
    node.commitWhenSent();
    expect((await untilDone(() => submit())).answer).to.have.property('status', 200);
  });

  it('gives no answer when it takes too long, and goes on', async () => {
    const { answer, operation } = await node.desk.submit(closeProposal, request(), 0);
    expect(answer).to.equal(undefined);
    await node.commit(await until(() => node.sent[0]));
    const done = await until(async () => {
      const { rows } = await node.pool.query(`SELECT 1 FROM records.operation WHERE id = $1 AND state = 'done'`, [
        operation,
      ]);
      return rows[0] as unknown;
    });
    expect(done).not.to.equal(undefined);
  });

  it('makes a new transaction after one that came too late', async () => {
    const codes = [mvccConflict, policyFailure, 0];
    node.ordering = async (envelope) => {
      await node.commit(envelope, codes.shift());
      return { accepted: true };
    };
    const { answer } = await submit();
    expect(answer).to.have.property('status', 200);
    expect(new Set(node.sent.map((envelope) => envelope.toString('hex'))).size).to.equal(3);
  });

  it('tries anew when the same key comes after all tries came too late', async () => {
    node.endorse = () => Promise.reject(new LedgerError('PEER_UNAVAILABLE'));
    const { operation } = await submit();
    await node.pool.query(
      `INSERT INTO records.attempt (operation, n, tx_id, envelope, height, endorsers, block, index, code)
       VALUES ($1, 8, 'late', '', 0, '{}', 0, 0, $2)`,
      [operation, mvccConflict],
    );
    node.endorse = () => Promise.resolve(envelopeOf());
    node.commitWhenSent();
    expect((await submit()).answer).to.have.property('status', 200);
  });

  it('tries no further when the network rejected the transaction itself', async () => {
    node.commitWhenSent(badSignature);
    const { answer } = await submit();
    expect(answer).to.deep.include({ code: 'TRANSACTION_INVALID', status: 500 });
    expect(node.sent).to.have.length(1);
  });

  it('sends the same envelope again as long as nobody says that ordering has it', async () => {
    node.ordering = async (envelope) => {
      if (node.sent.length < 3) return { accepted: false };
      await node.commit(envelope);
      return { accepted: true };
    };
    expect((await submit()).answer).to.have.property('status', 200);
    const [first, ...others] = node.sent;
    expect(others.map((envelope) => envelope.equals(first ?? Buffer.alloc(0)))).to.deep.equal([true, true]);
  });

  it('forgets an envelope that certainly was not ordered, and takes the command up again with the same key', async () => {
    node.ordering = () => Promise.reject(new LedgerError('ORDERING_UNAVAILABLE'));
    expect((await submit()).answer).to.deep.include({ code: 'ORDERING_UNAVAILABLE', status: 503 });
    node.commitWhenSent();
    expect((await submit()).answer).to.have.property('status', 200);
    const { rows } = await node.pool.query('SELECT n FROM records.attempt');
    expect(rows).to.deep.equal([{ n: 1 }]);
  });

  it('keeps a refusal of the contracts', async () => {
    node.endorse = () => Promise.reject(new RefusedError('VOTING_NOT_OVER', { uncast: ['orchard'] }));
    const first = (await submit()).answer;
    expect(first).to.deep.equal({ status: 409, code: 'VOTING_NOT_OVER', details: { uncast: ['orchard'] } });
    node.endorse = () => Promise.reject(new RefusedError('PROPOSAL_NOT_OPEN'));
    // Voting goes on: what passes by itself is asked again.
    expect((await submit()).answer).to.deep.include({ code: 'PROPOSAL_NOT_OPEN' });
    node.commitWhenSent();
    node.endorse = () => Promise.resolve(envelopeOf());
    expect((await submit()).answer).to.deep.include({ code: 'PROPOSAL_NOT_OPEN' });
  });

  it('tries again where another peer refuses what the own one does not', async () => {
    node.commitWhenSent();
    const refusals = [new RefusedError('PROPOSAL_NOT_FOUND')];
    node.endorse = () => {
      const refusal = refusals.shift();
      return refusal ? Promise.reject(refusal) : Promise.resolve(envelopeOf());
    };
    expect((await submit()).answer).to.have.property('status', 200);
    expect(node.endorsed).to.equal(2);
  });

  it('says so when another peer goes on refusing what the own one does not', async () => {
    node.endorse = () => Promise.reject(new RefusedError('PROPOSAL_NOT_FOUND', {}, ['OrchardMSP']));
    node.evaluate = () => Promise.resolve({});
    const details = { said: 'PROPOSAL_NOT_FOUND', by: ['OrchardMSP'] };
    expect((await submit()).answer).to.deep.equal({ status: 409, code: 'PEERS_DISAGREE', details });
    expect(node.sent).to.deep.equal([]);
  });

  it('answers with the record as it is when nothing would change, if the own peer says so too', async () => {
    await node.commit(envelopeOf().envelope);
    node.endorse = () => Promise.reject(new RefusedError('ALREADY_DONE'));
    expect((await submit()).answer).to.have.nested.property('body.closedIn', 0);
    expect(node.sent).to.deep.equal([]);
  });

  it('has no answer while the read model does not know what the ledger says is done', async () => {
    node.endorse = () => Promise.reject(new RefusedError('ALREADY_DONE'));
    expect((await submit()).answer).to.deep.include({ code: 'READ_MODEL_BEHIND', status: 503 });
  });

  it('asks nothing of a peer that stands behind the read model', async () => {
    await node.commit(envelopeOf().envelope);
    await until(() => (node.club.notifications.height === 1 ? true : undefined));
    const body = { partner: 'stjulians', effectiveFrom: '2026-11-01', terms: { directions: [] } };
    const { answer } = await node.desk.submit(proposeAgreement, request({ params: {}, body }));
    expect(answer).to.deep.include({ code: 'PEER_BEHIND', status: 503 });
  });

  it('logs why a command failed inside, and not the words of a parser, which quote what they read', async () => {
    node.endorse = () => Promise.reject(new LedgerError('INTERNAL', {}, { cause: new SyntaxError('"M-4711" is no') }));
    const { operation } = await submit();
    const line = await until(() => node.lines.find((one) => one.includes(operation)));
    expect(JSON.parse(line)).to.include({ operation, code: 'INTERNAL', error: 'SyntaxError' });
    expect(line).not.to.contain('4711');
  });

  it('refuses a role that may not, before anything is stored', async () => {
    const error = await submit({ roles: ['front-desk'] }).catch((refused: unknown) => refused);
    expect(error).to.be.instanceOf(LedgerError).with.property('code', 'ROLE_NOT_ALLOWED');
    expect((await node.pool.query('SELECT 1 FROM records.operation')).rowCount).to.equal(0);
  });
});
