import { expect } from 'chai';
import { proposeAgreement } from '../../src/agreements/proposeAgreement.js';
import { closeProposal } from '../../src/governance/proposalCommands.js';
import { LedgerError, RefusedError } from '../../src/fabric/ledgerError.js';
import type { Outcome, Submission } from '../../src/operations/commandDesk.js';
import { envelopeOf, Node, proposalId } from './node.js';

const mvccConflict = 11;
const policyFailure = 10;
const badSignature = 4;

const request = (more: Partial<Submission> = {}): Submission => ({
  subject: 'staff-1',
  roles: ['manager'],
  idempotencyKey: 'one-intention-of-mine',
  params: { proposalId },
  body: {},
  ...more,
});

describe('The desk that takes commands', () => {
  let node: Node;

  beforeEach(async () => {
    node = await Node.open();
  });

  afterEach(() => node.close());

  const submit = (more?: Partial<Submission>): Promise<Outcome> => node.desk.submit(closeProposal, request(more));
  const commitWhenSent = (code?: number): void => {
    node.ordering = async (envelope) => {
      await node.commit(envelope, code);
      return { accepted: true };
    };
  };

  it('answers with the record that the block brought', async () => {
    commitWhenSent();
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
    commitWhenSent();
    const first = await submit();
    await node.crash();
    expect(await submit()).to.deep.equal(first);
    expect(node.endorsed).to.equal(1);
  });

  it('refuses the key with another request', async () => {
    commitWhenSent();
    await submit();
    const error = await submit({ params: { proposalId: 'cd'.repeat(16) } }).catch((refused: unknown) => refused);
    expect(error).to.be.instanceOf(LedgerError).with.property('code', 'IDEMPOTENCY_MISMATCH');
  });

  it('lets two subjects use the same key, each for itself', async () => {
    commitWhenSent();
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
    commitWhenSent();
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
    commitWhenSent();
    expect((await submit()).answer).to.have.property('status', 200);
  });

  it('tries no further when the network rejected the transaction itself', async () => {
    commitWhenSent(badSignature);
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
    commitWhenSent();
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
    commitWhenSent();
    node.endorse = () => Promise.resolve(envelopeOf());
    expect((await submit()).answer).to.deep.include({ code: 'PROPOSAL_NOT_OPEN' });
  });

  it('tries again where another peer refuses what the own one does not', async () => {
    commitWhenSent();
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

  it('refuses a role that may not, before anything is stored', async () => {
    const error = await submit({ roles: ['front-desk'] }).catch((refused: unknown) => refused);
    expect(error).to.be.instanceOf(LedgerError).with.property('code', 'ROLE_NOT_ALLOWED');
    expect((await node.pool.query('SELECT 1 FROM records.operation')).rowCount).to.equal(0);
  });

  it('goes on after a crash with the same envelope, and waits for its verdict before it makes another', async () => {
    node.ordering = () => Promise.resolve({ accepted: false });
    const first = submit().catch(() => undefined);
    const sent = await until(() => node.sent[0]);
    await node.crash();
    await first;
    node.sent.length = 0;
    commitWhenSent();
    node.desk.start();
    expect((await until(() => node.sent[0])).equals(sent)).to.equal(true);
    const again = await untilDone(() => submit());
    expect(again.answer).to.have.property('status', 200);
    expect(node.endorsed).to.equal(1);
  });

  it('does not send again after a crash what the peers may have forgotten the private data of', async () => {
    node.ordering = () => Promise.resolve({ accepted: false });
    const first = submit().catch(() => undefined);
    const sent = await until(() => node.sent[0]);
    await node.crash();
    await first;
    node.sent.length = 0;
    node.peerHeight = 501;
    node.desk.start();
    await until(() => (node.heightAsked > 0 ? true : undefined));
    await node.commit(sent);
    expect((await untilDone(() => submit())).answer).to.have.property('status', 200);
    expect(node.sent).to.deep.equal([]);
  });

  it('finds after a crash that its transaction was committed meanwhile', async () => {
    const first = submit().catch(() => undefined);
    const sent = await until(() => node.sent[0]);
    await node.crash();
    await first;
    await node.commit(sent);
    node.desk.start();
    expect((await untilDone(() => submit())).answer).to.have.property('status', 200);
    expect(node.sent).to.have.length(1);
  });

  it('makes the transaction after a crash that came before there was one', async () => {
    let release: () => void = () => {};
    node.endorse = () =>
      new Promise((resolve) => {
        release = () => resolve(envelopeOf());
      });
    const first = submit().catch(() => undefined);
    await until(() => (node.endorsed === 1 ? true : undefined));
    const crashed = node.crash();
    release();
    await crashed;
    await first;
    node.endorse = () => Promise.resolve(envelopeOf());
    commitWhenSent();
    node.desk.start();
    expect((await untilDone(() => submit())).answer).to.have.property('status', 200);
  });
});

async function untilDone(ask: () => Promise<Outcome>): Promise<Outcome> {
  return until(() =>
    ask().catch((error: unknown) => {
      if (error instanceof LedgerError && error.code === 'OPERATION_RUNNING') return undefined;
      throw error;
    }),
  );
}

/** Looks until something is there. The test's own time-out ends it. */
async function until<T>(look: () => T | undefined | Promise<T | undefined>): Promise<T> {
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setImmediate(resolve));
  }
}
