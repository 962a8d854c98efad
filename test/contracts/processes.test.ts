import { expect } from 'chai';
import type { ChaincodeHost } from '@reciprocal-clubs/network/devnet/ports.js';
import { ChaincodeProcesses } from './chaincodeProcesses.js';
import { clubIds, mspOf } from './clubs.js';
import { agreed, describeAll, id, issue } from './given.js';
import { World } from './world.js';

/** Zones on both sides of the date line and with half hours, locales that sort, case and count otherwise. */
const places = [
  { TZ: 'Pacific/Kiritimati', LANG: 'tr_TR.UTF-8', LC_ALL: 'tr_TR.UTF-8' },
  { TZ: 'Pacific/Pago_Pago', LANG: 'sv_SE.UTF-8', LC_ALL: 'sv_SE.UTF-8' },
  { TZ: 'Asia/Kathmandu', LANG: 'ar_EG.UTF-8', LC_ALL: 'ar_EG.UTF-8' },
  { TZ: 'America/St_Johns', LANG: 'th_TH.UTF-8', LC_ALL: 'th_TH.UTF-8' },
  { TZ: 'Europe/London', LANG: 'C', LC_ALL: 'C' },
];

describe('chaincode processes in different zones and locales', function () {
  this.timeout(60_000);
  let processes: ChaincodeProcesses | undefined;

  after(() => processes?.stop());

  it('agree byte for byte on every step of the journey', async () => {
    processes = await ChaincodeProcesses.create();
    const hosts = new Map<string, ChaincodeHost>();
    for (const [i, club] of clubIds.entries()) hosts.set(mspOf(club), await processes.start(places[i] ?? {}));
    const world = await World.start({ elsewhere: (mspId) => hosts.get(mspId) ?? fail(mspId) });
    const everyone = { endorsers: clubIds };

    // What peers make of one proposal is compared when it is assembled: one byte that differs, and nothing is submitted.
    expect((await world.submit('harbour', 'clubs:found', undefined, everyone)).validationCode).to.equal(0);
    await describeAll(world, everyone);
    const { agreementId } = await agreed({ weekdays: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] }, { world });
    const { actor: _, commandId: __, ...pass } = issue(world, agreementId);
    await world.command('harbour', 'passes.issue', {
      ...pass,
      actor: { ref: 'staff-4', role: 'secretary' },
      commandId: id(),
    });
    const { home, host, passId, pseudonym } = pass;
    const visit = { actor: { ref: 'staff-7', role: 'front-desk' }, home, host, agreementId, passId, pseudonym };
    for (const days of [-2, -1]) {
      const late = { ...visit, commandId: id(), businessDate: world.date(days), late: true };
      expect((await world.command('stjulians', 'visits.checkIn', late)).validationCode).to.equal(0);
    }
    await world.expectRefusal('LIMIT_REACHED', () =>
      world.command('stjulians', 'visits.checkIn', {
        ...visit,
        commandId: id(),
        businessDate: world.date(0),
        late: false,
      }),
    );
    await vote(world, everyone);
  });

  async function vote(world: World, everyone: { endorsers: string[] }): Promise<void> {
    const actor = { ref: 'staff-2', role: 'delegate' };
    const proposalId = id();
    await world.submit(
      'harbour',
      'governance:circulate',
      {
        actor,
        commandId: id(),
        proposalId,
        title: 'Iı İi ŞŠ ß ﬁ 🏌️ ١٢٣',
        textHash: 'a'.repeat(64),
        action: { type: 'set-policy', name: 'late-entry-hours', value: 96 },
        resolution: 'unanimous',
        earlyClose: true,
        closesAtMs: world.nowMs + 2 * 86_400_000,
      },
      everyone,
    );
    for (const club of clubIds)
      await world.submit(
        club,
        'governance:vote',
        { actor, proposalId, choice: 'for' },
        { as: 'delegate', ...everyone },
      );
    const closed = await world.submit('orchard', 'governance:close', { actor, commandId: id(), proposalId }, everyone);
    expect(closed.result).to.have.property('state', 'carried');
    expect(
      (await world.submit('fjord', 'governance:execute', { actor, commandId: id(), proposalId }, everyone))
        .validationCode,
    ).to.equal(0);
  }

  const fail = (mspId: string): never => {
    throw new Error(`no process for ${mspId}`);
  };
});
