import { expect } from 'chai';
import { closeProposal } from '../../src/governance/proposalCommands.js';
import { commands } from '../../src/commands.js';
import { LedgerError } from '../../src/fabric/ledgerError.js';
import { CommandDesk, type Outcome } from '../../src/operations/commandDesk.js';
import { request, until, untilDone } from './asking.js';
import { envelopeOf, Node } from './node.js';

describe('The desk that takes commands, when its process ends', () => {
  let node: Node;

  beforeEach(async () => {
    node = await Node.open();
  });

  afterEach(() => node.close());

  const submit = (): Promise<Outcome> => node.desk.submit(closeProposal, request());

  /** Nobody knows whether ordering has what was sent. */
  const crashOnceSent = async (): Promise<Buffer> => {
    node.ordering = () => Promise.resolve({ accepted: false });
    const first = submit().catch(() => undefined);
    const sent = await until(() => node.sent[0]);
    await node.crash();
    await first;
    node.sent.length = 0;
    return sent;
  };

  it('goes on after a crash with the same envelope, and waits for its verdict before it makes another', async () => {
    const sent = await crashOnceSent();
    node.commitWhenSent();
    node.desk.start();
    expect((await until(() => node.sent[0])).equals(sent)).to.equal(true);
    const again = await untilDone(() => submit());
    expect(again.answer).to.have.property('status', 200);
    expect(node.endorsed).to.equal(1);
  });

  it('does not send again after a crash what the peers may have forgotten the private data of', async () => {
    const sent = await crashOnceSent();
    node.peerHeight = 501;
    node.desk.start();
    await until(() => (node.heightAsked > 0 ? true : undefined));
    await node.commit(sent);
    expect((await untilDone(() => submit())).answer).to.have.property('status', 200);
    expect(node.sent).to.deep.equal([]);
  });

  it('forgets no envelope that another process has taken up, whatever ordering says to itself', async () => {
    const other = new CommandDesk(node.club, commands);
    node.ordering = async (envelope) => {
      // Before the first answer the other process takes it up, and ordering takes it from there.
      if (node.sent.length > 1) return { accepted: true };
      other.start();
      await until(() => (node.sent.length > 1 ? true : undefined));
      setImmediate(() => void node.commit(envelope));
      throw new LedgerError('ORDERING_UNAVAILABLE');
    };
    expect((await submit()).answer).to.have.property('status', 200);
    expect(node.endorsed).to.equal(1);
    await other.close();
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
    node.commitWhenSent();
    node.desk.start();
    expect((await untilDone(() => submit())).answer).to.have.property('status', 200);
  });
});
