import { expect } from 'chai';
import { agreed, founded, id, introduced, issue, proposal } from './given.js';

describe('a sealed command', () => {
  it('leaves nothing private in the block: no name, no result, no event, no plaintext', async () => {
    const world = await founded();
    const request = proposal(world);
    const receipt = await world.command('harbour', 'agreements.propose', request);
    const block = world.block(receipt.blockNumber ?? 0).toString('latin1');
    for (const word of [
      'agreements.propose',
      request.agreementId,
      'staff-1',
      'rolling',
      'harbour',
      'stjulians',
      request.effectiveFrom,
    ]) {
      // The names of both clubs stand in the keys that every sealed command reads.
      const allowed = ['harbour', 'stjulians'].includes(word);
      expect(block.includes(word), word).to.equal(allowed);
    }
    expect(receipt.payload.toString()).to.equal('');
    expect(receipt.event).to.equal(undefined);
  });

  it('reads the same public keys whatever it is', async () => {
    const { world, agreementId } = await agreed();
    const keys = ['club/harbour', 'club/stjulians', 'directory/harbour', 'directory/stjulians', 'policies'];
    const issued = await world.command('harbour', 'passes.issue', issue(world, agreementId));
    const suspended = await world.command('harbour', 'agreements.suspend', {
      actor: manager,
      parties: ['harbour', 'stjulians'],
      agreementId,
      code: 'debt',
    });
    expect(issued.consortiumReads).to.deep.equal(keys);
    expect(suspended.consortiumReads).to.deep.equal(keys);
  });

  it('is refused with nothing but a code', async () => {
    const { world, agreementId } = await agreed();
    const message = await world.endorsementError('harbour', 'passes.issue', {
      ...issue(world, agreementId),
      category: 'social',
    });
    expect(message).to.equal('CATEGORY_NOT_ELIGIBLE');
  });

  it('is refused on a carry that is not what the ledger holds', async () => {
    const { world, agreementId } = await agreed();
    const request = issue(world, agreementId);
    const key = `agreement/${agreementId}`;
    const { carry } = await world.prepare('harbour', 'passes.issue', request);
    const carrying = (changed: object) => () =>
      world.command('harbour', 'passes.issue', request, { force: true, carry: { ...carry, ...changed } });
    await world.expectRefusal('STALE_READ', carrying({ [key]: Buffer.from('{}').toString('base64') }));
    await world.expectRefusal('STALE_READ', carrying({ [key]: null }));
    await world.expectRefusal(
      'STALE_READ',
      carrying({ [`pass/${request.passId}`]: Buffer.from('{}').toString('base64') }),
    );
    await world.expectRefusal('STALE_READ', () =>
      world.command('harbour', 'passes.issue', request, { force: true, carry: {} }),
    );
  });

  it('replayed with an old carry is refused', async () => {
    const { world, stay } = await introduced();
    const arrival = (days: number) => ({
      actor: desk,
      ...stay,
      commandId: id(),
      businessDate: world.date(days),
      late: days !== 0,
    });
    const old = await world.prepare('stjulians', 'visits.checkIn', arrival(-1));
    await world.command('stjulians', 'visits.checkIn', arrival(-2));
    await world.expectRefusal('STALE_READ', () =>
      world.command('stjulians', 'visits.checkIn', arrival(-1), { force: true, carry: old.carry }),
    );
  });

  it('endorsed on the same records at once is done once: the other is a conflict', async () => {
    const { world, agreementId } = await agreed();
    const requests = [issue(world, agreementId), issue(world, agreementId)];
    expect(await world.together('harbour', 'passes.issue', requests)).to.deep.equal([0, 0]);
    const { stay, world: second } = await introduced();
    const arrivals = [-2, -1].map((days) => ({
      actor: desk,
      ...stay,
      commandId: id(),
      businessDate: second.date(days),
      late: true,
    }));
    expect(await second.together('stjulians', 'visits.checkIn', arrivals)).to.deep.equal([0, 10]);
  });

  it('needs both clubs: endorsed by one of them, or by one and a third, it changes nothing', async () => {
    const { world, agreementId } = await agreed();
    const request = issue(world, agreementId);
    for (const endorsers of [['harbour'], ['stjulians'], ['harbour', 'orchard']]) {
      expect((await world.command('harbour', 'passes.issue', request, { endorsers })).validationCode).to.equal(10);
    }
    expect(await world.list('harbour', 'pass')).to.deep.equal([]);
    expect((await world.command('harbour', 'passes.issue', request)).validationCode).to.equal(0);
  });

  it('on halves that differ is refused as diverged, which tells whose half is extra', async () => {
    const { world, agreementId } = await agreed();
    const request = issue(world, agreementId);
    expect(
      await world.lie(['harbour'], { collection: 'own_HarbourMSP', key: `pass/${request.passId}`, value: 'squat' }),
    ).to.equal(0);
    const details = await world.expectRefusal('DIVERGED', () => world.command('harbour', 'passes.issue', request));
    expect(details).to.deep.equal({ extraHalfOf: 'HarbourMSP' });
  });

  it('is refused when its envelope has no form', async () => {
    const { world, agreementId } = await agreed();
    const request = issue(world, agreementId);
    const refused = (code: string, transient: Record<string, Buffer>) =>
      world.expectRefusal(code, () => world.sealed('harbour', transient));
    const envelope = {
      command: Buffer.from('passes.issue'),
      request: Buffer.from(JSON.stringify(request)),
      fresh: Buffer.alloc(32, 1),
    };
    await refused('INVALID_REQUEST', { ...envelope, fresh: Buffer.alloc(31) });
    await refused('UNKNOWN_COMMAND', { ...envelope, command: Buffer.from('passes.steal') });
    await refused('UNKNOWN_COMMAND', { ...envelope, command: Buffer.from('governance.vote') });
    await refused('INVALID_REQUEST', { ...envelope, request: Buffer.from('{') });
    await refused('INVALID_REQUEST', { ...envelope, request: Buffer.from([0xff]) });
    await refused('INVALID_REQUEST', { ...envelope, request: Buffer.from('['.repeat(60_000)) });
    await refused('INVALID_REQUEST', { ...envelope, carry: Buffer.from('[]') });
    await refused('REQUEST_TOO_LARGE', { ...envelope, request: Buffer.alloc(70_000, 32) });
    await refused('INVALID_REQUEST', { ...envelope, request: Buffer.from(JSON.stringify({ ...request, note: 'x' })) });
  });

  it("is explained to the caller alone: nobody lists another club's records", async () => {
    const { world } = await introduced();
    expect(await world.list('harbour', 'pass')).to.have.length(1);
    expect(await world.list('orchard', 'pass')).to.deep.equal([]);
    expect(await world.listAt('orchard', 'harbour', 'pass')).to.deep.equal([]);
  });

  it('on a record that breaks its schema is refused', async () => {
    const { world, agreementId } = await agreed();
    const request = issue(world, agreementId);
    const broken = ['HarbourMSP', 'StJuliansMSP'].map((mspId) => ({
      collection: `own_${mspId}`,
      key: `pass/${request.passId}`,
      value: '{"v":2}',
    }));
    expect(await world.lie(['harbour', 'stjulians'], ...broken)).to.equal(0);
    await world.expectRefusal('RECORD_INVALID', () => world.command('harbour', 'passes.issue', request));
  });

  const manager = { ref: 'staff-1', role: 'manager' };
  const desk = { ref: 'staff-7', role: 'front-desk' };
});
