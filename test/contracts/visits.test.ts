import { expect } from 'chai';
import { agreed, id, introduced, issue } from './given.js';

const desk = { ref: 'staff-7', role: 'front-desk' };
const manager = { ref: 'staff-1', role: 'manager' };

describe('a pass', () => {
  it('is issued by home: one key in both halves', async () => {
    const { world, agreementId } = await agreed();
    const request = issue(world, agreementId);
    const receipt = await world.command('harbour', 'passes.issue', request);
    const keys = [`pass/${request.passId}`];
    const half = { writes: keys, deletes: [], policies: keys };
    expect(receipt.validationCode).to.equal(0);
    expect(receipt.collections(keys)).to.deep.equal({ own_HarbourMSP: half, own_StJuliansMSP: half });
  });

  it('is refused at home for what is known at home', async () => {
    const { world, agreementId } = await agreed();
    const refused = (code: string, more: object, club = 'harbour') =>
      world.expectRefusal(code, () => world.command(club, 'passes.issue', { ...issue(world, agreementId), ...more }));
    await refused('NOT_HOME_CLUB', {}, 'stjulians');
    await refused('AGREEMENT_NOT_FOUND', { agreementId: id() });
    await refused('CATEGORY_NOT_ELIGIBLE', { category: 'social' });
    await refused('RESIDENCY_EXCLUDED', { residentOk: false });
    await refused('PASS_DATES_INVALID', { from: world.date(3), to: world.date(2) });
    await refused('PASS_DATES_INVALID', { to: world.date(40) });
    await refused('PASS_DATES_INVALID', { to: '2026-02-30' });
    await refused('DATE_OUT_OF_WINDOW', { from: world.date(-6) });
    await refused('PARTY_TOO_LARGE', { party: { family: 0, guests: 4 } });
    await refused('PARTY_TOO_LARGE', { party: { family: 4, guests: 0 } });
  });

  it('asks for the notice that the terms ask for', async () => {
    const { world, agreementId } = await agreed({ advanceNoticeDays: 3 });
    await world.expectRefusal('NOTICE_TOO_SHORT', () =>
      world.command('harbour', 'passes.issue', issue(world, agreementId)),
    );
    const receipt = await world.command('harbour', 'passes.issue', {
      ...issue(world, agreementId),
      from: world.date(3),
      to: world.date(5),
    });
    expect(receipt.validationCode).to.equal(0);
  });

  it('needs an active agreement', async () => {
    const { world, agreementId } = await agreed({}, { accept: false });
    await world.expectRefusal('AGREEMENT_NOT_ACTIVE', () =>
      world.command('harbour', 'passes.issue', issue(world, agreementId)),
    );
  });

  it('is revoked by home alone, for good', async () => {
    const { world, stay } = await introduced();
    const revoke = {
      actor: manager,
      home: 'harbour',
      host: 'stjulians',
      passId: stay.passId,
      code: 'standing',
      text: 'arrears',
    };
    const receipt = await world.command('harbour', 'passes.revoke', revoke);
    const key = `act/revoke/${stay.passId}`;
    expect(receipt.endorsers).to.deep.equal(['HarbourMSP']);
    expect(receipt.collections([key])).to.deep.equal({
      own_HarbourMSP: { writes: [key], deletes: [], policies: [key] },
    });
    const again = await world.command('harbour', 'passes.revoke', revoke);
    expect(again.prepared.outcome).to.equal('unchanged');
    await world.expectRefusal('NOT_HOME_CLUB', () => world.command('stjulians', 'passes.revoke', revoke));
    await world.expectRefusal('PASS_NOT_FOUND', () =>
      world.command('harbour', 'passes.revoke', { ...revoke, passId: id() }),
    );
  });
});

describe('a visit', () => {
  it('counts on its business date and shows presence at home', async () => {
    const { world, stay, presenceKey } = await introduced();
    const receipt = await world.command('stjulians', 'visits.checkIn', arrive(world, stay));
    const keys = [
      `usage/${stay.agreementId}/stjulians/${stay.pseudonym}`,
      `visit/${stay.agreementId}/stjulians/${stay.pseudonym}/${world.date(0)}`,
    ];
    expect(receipt.validationCode).to.equal(0);
    expect(receipt.collections([...keys, presenceKey(0)])).to.deep.equal({
      own_HarbourMSP: { writes: [presenceKey(0), ...keys].sort(), deletes: [], policies: keys },
      own_StJuliansMSP: { writes: keys, deletes: [], policies: keys },
    });
    const out = await world.command('stjulians', 'visits.checkOut', leave(world, stay));
    expect(out.collections([...keys, presenceKey(0)])).to.deep.equal({
      own_HarbourMSP: { writes: [keys[1]], deletes: [presenceKey(0)], policies: [] },
      own_StJuliansMSP: { writes: [keys[1]], deletes: [], policies: [] },
    });
  });

  it('reaches the limit of 2 days in any 30, and says what is used and when the next day opens', async () => {
    const { world, stay } = await introduced();
    for (const ago of [-2, -1]) {
      const late = await world.command('stjulians', 'visits.checkIn', arrive(world, stay, ago));
      expect(late.result).to.include({ late: true, state: 'checked-out' });
    }
    const details = await world.expectRefusal('LIMIT_REACHED', () =>
      world.command('stjulians', 'visits.checkIn', arrive(world, stay)),
    );
    expect(details).to.deep.include({ used: [world.date(-2), world.date(-1)], nextOpenDate: world.date(28) });
    await world.expectRefusal('OVERRIDE_NOT_ALLOWED', () =>
      world.command('stjulians', 'visits.checkIn', { ...arrive(world, stay), override: 'goodwill' }),
    );
    const admitted = await world.command('stjulians', 'visits.checkIn', {
      ...arrive(world, stay),
      actor: manager,
      override: 'goodwill',
    });
    expect(admitted.result).to.deep.include({
      flags: ['over-limit'],
      override: { actorRef: 'staff-1', role: 'manager', reason: 'goodwill' },
    });
  });

  it('is the same visit when the visitor comes again, and counts nothing after check-out', async () => {
    const { world, stay, presenceKey } = await introduced();
    await world.command('stjulians', 'visits.checkIn', arrive(world, stay));
    const again = await world.command('stjulians', 'visits.checkIn', arrive(world, stay));
    expect([again.prepared.outcome, again.blockNumber]).to.deep.equal(['unchanged', undefined]);
    await world.command('stjulians', 'visits.checkOut', leave(world, stay));
    expect((await world.command('stjulians', 'visits.checkOut', leave(world, stay))).prepared.outcome).to.equal(
      'unchanged',
    );
    const reopened = await world.command('stjulians', 'visits.checkIn', arrive(world, stay));
    const visit = `visit/${stay.agreementId}/stjulians/${stay.pseudonym}/${world.date(0)}`;
    expect(reopened.collections([visit, presenceKey(0)])).to.deep.equal({
      own_HarbourMSP: { writes: [presenceKey(0), visit], deletes: [], policies: [] },
      own_StJuliansMSP: { writes: [visit], deletes: [], policies: [] },
    });
  });

  it('is not opened again under an agreement that was suspended meanwhile', async () => {
    const { world, stay } = await introduced();
    await world.command('stjulians', 'visits.checkIn', arrive(world, stay));
    await world.command('stjulians', 'visits.checkOut', leave(world, stay));
    const act = { actor: manager, parties: ['harbour', 'stjulians'], agreementId: stay.agreementId };
    await world.command('harbour', 'agreements.suspend', { ...act, code: 'debt' });
    await world.expectRefusal('AGREEMENT_SUSPENDED', () =>
      world.command('stjulians', 'visits.checkIn', arrive(world, stay)),
    );
  });

  it('is refused to a pass that is revoked, not valid, of another member, or of an agreement that is suspended', async () => {
    const { world, stay } = await introduced();
    const refused = (code: string, request: object, club = 'stjulians') =>
      world.expectRefusal(code, () => world.command(club, 'visits.checkIn', request));
    await refused('NOT_HOST_CLUB', arrive(world, stay), 'harbour');
    await refused('PASS_NOT_FOUND', { ...arrive(world, stay), passId: id() });
    await refused('PASS_MISMATCH', { ...arrive(world, stay), pseudonym: 'f'.repeat(64) });
    await refused('BUSINESS_DATE_MISMATCH', { ...arrive(world, stay), businessDate: world.date(1) });
    await refused('LATE_ENTRY_CLOSED', arrive(world, stay, -6));
    await refused('PASS_NOT_VALID', arrive(world, stay, -3));
    await refused('OVERRIDE_NOT_NEEDED', { ...arrive(world, stay), actor: manager, override: 'goodwill' });
    await world.expectRefusal('VISIT_NOT_FOUND', () =>
      world.command('stjulians', 'visits.checkOut', leave(world, stay)),
    );
    const act = { actor: manager, parties: ['harbour', 'stjulians'], agreementId: stay.agreementId };
    await world.command('harbour', 'agreements.suspend', { ...act, code: 'debt' });
    await refused('AGREEMENT_SUSPENDED', arrive(world, stay));
    await world.command('harbour', 'agreements.resume', act);
    await world.command('harbour', 'passes.revoke', {
      actor: manager,
      home: 'harbour',
      host: 'stjulians',
      passId: stay.passId,
      code: 'standing',
    });
    await refused('PASS_REVOKED', arrive(world, stay));
  });

  it('is refused while the member is present at another host, and not after', async () => {
    const { world, stay, exclusionTag } = await introduced();
    const second = await agreed({}, { world, parties: ['harbour', 'orchard'], host: 'orchard' });
    const elsewhere = { ...issue(world, second.agreementId, 'orchard'), exclusionTag };
    await world.command('harbour', 'passes.issue', elsewhere);
    await world.command('stjulians', 'visits.checkIn', arrive(world, stay));
    const there = { ...arrive(world, { ...stay, ...elsewhere }), businessDate: world.businessDate('orchard') };
    expect(there.businessDate).to.equal(world.date(0));
    await world.expectRefusal('PRESENT_ELSEWHERE', () => world.command('orchard', 'visits.checkIn', there));
    await world.command('stjulians', 'visits.checkOut', leave(world, stay));
    expect((await world.command('orchard', 'visits.checkIn', there)).validationCode).to.equal(0);
  });

  it('is refused on a closure, a blackout and a weekday that the terms leave out; a manager admits', async () => {
    const { world, stay } = await introduced({ blackouts: [{ from: '2026-06-10', to: '2026-06-10' }] });
    await world.expectRefusal('CLOSED_TODAY', () => world.command('stjulians', 'visits.checkIn', arrive(world, stay)));
    const admitted = await world.command('stjulians', 'visits.checkIn', {
      ...arrive(world, stay),
      actor: manager,
      override: 'error',
    });
    expect(admitted.validationCode).to.equal(0);
  });

  it('late and over the limit is kept and flagged', async () => {
    const { world, stay } = await introduced({
      limits: [{ unit: 'day', window: { kind: 'rolling', days: 30 }, max: 1 }],
    });
    await world.command('stjulians', 'visits.checkIn', arrive(world, stay, -1));
    const second = await world.command('stjulians', 'visits.checkIn', arrive(world, stay, -2));
    expect(second.result).to.deep.include({ late: true, flags: ['over-limit'] });
  });

  it('is of one pass: another one of the member neither reopens nor closes it', async () => {
    const { world, stay } = await introduced();
    const other = { ...issue(world, stay.agreementId), pseudonym: stay.pseudonym };
    await world.command('harbour', 'passes.issue', other);
    await world.command('stjulians', 'visits.checkIn', arrive(world, stay));
    const second = { ...stay, passId: other.passId };
    await world.expectRefusal('PASS_MISMATCH', () =>
      world.command('stjulians', 'visits.checkIn', arrive(world, second)),
    );
    await world.expectRefusal('PASS_MISMATCH', () =>
      world.command('stjulians', 'visits.checkOut', leave(world, second)),
    );
  });

  it('does not stand for a visit in the other direction, whatever pseudonym the other club chooses', async () => {
    const { world, stay } = await introduced();
    await world.command('stjulians', 'visits.checkIn', arrive(world, stay));
    const back = { ...issue(world, stay.agreementId), home: 'stjulians', host: 'harbour', pseudonym: stay.pseudonym };
    await world.command('stjulians', 'passes.issue', back);
    const there = { ...arrive(world, back), businessDate: world.businessDate('harbour') };
    const receipt = await world.command('harbour', 'visits.checkIn', there);
    expect(receipt.prepared.outcome).to.equal('ready');
    expect(await world.list('harbour', 'usage')).to.have.length(2);
  });

  it('asked for again after midnight is recognised', async () => {
    const { world, stay } = await introduced();
    const request = arrive(world, stay);
    await world.command('stjulians', 'visits.checkIn', request);
    world.nowMs += 86_400_000;
    expect((await world.command('stjulians', 'visits.checkIn', request)).prepared.outcome).to.equal('unchanged');
    await world.expectRefusal('IDEMPOTENCY_MISMATCH', () =>
      world.command('stjulians', 'visits.checkIn', { ...request, actor: manager }),
    );
  });

  it('that took place is recorded late, with a flag for every rule that stands against it by now', async () => {
    const { world, stay } = await introduced({ weekdays: ['sat', 'sun'] });
    await world.command('harbour', 'passes.revoke', {
      actor: manager,
      home: 'harbour',
      host: 'stjulians',
      passId: stay.passId,
      code: 'standing',
    });
    await world.command('harbour', 'agreements.suspend', {
      actor: manager,
      parties: ['harbour', 'stjulians'],
      agreementId: stay.agreementId,
      code: 'debt',
    });
    const late = await world.command('stjulians', 'visits.checkIn', arrive(world, stay, -1));
    expect(late.result).to.deep.include({ flags: ['agreement-suspended', 'closed', 'pass-revoked'] });
  });

  const arrive = (world: { date: (days: number) => string }, stay: object, days = 0) => ({
    actor: desk,
    home: 'harbour',
    host: 'stjulians',
    ...pick(stay),
    commandId: id(),
    businessDate: world.date(days),
    late: days !== 0,
  });
  const leave = (world: { date: (days: number) => string }, stay: object) => ({
    actor: desk,
    home: 'harbour',
    host: 'stjulians',
    ...pick(stay),
    commandId: id(),
    businessDate: world.date(0),
  });
  const pick = (stay: object) => {
    const { home, host, agreementId, passId, pseudonym } = stay as Record<string, string>;
    return { ...(home !== undefined && { home }), ...(host !== undefined && { host }), agreementId, passId, pseudonym };
  };
});
