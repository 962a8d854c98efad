import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { commands } from '@reciprocal-clubs/chaincode/contracts.js';
import { expect } from 'chai';
import { databaseOf, startedSystem, startPatienceMs, type System } from './system.js';
import { tokenOf } from './asking.js';
import type { Club } from './first/club.js';
import { newKey } from './first/journey.js';
import { secretsIn } from './first/privacy.js';
import { activeAgreement, arrive, facility, issuedPass, known, made, nextMember } from './given.js';
import { answerBytes, databaseBytes, fileBytes, streamBytes } from './haystacks.js';

const memberWord = 'member number';

describe('What two clubs did', function () {
  this.timeout(startPatienceMs);
  let system: System;
  /** words that nobody else may find, by what they are */
  let secrets: Map<string, string>;

  before(async () => {
    system = await startedSystem();
    const { data } = await system.orchard.as('auditor').GET('/agreements', {});
    if (data?.items.length !== 0) throw new Error('tests in which Orchard takes part come after this one');
    secrets = await journey();
  });

  /** Harbour and St Julian's agree; a member comes, leaves, and is no longer welcome; they pause and go on. */
  const journey = async (): Promise<Map<string, string>> => {
    const { harbour, stJulians, orchard, clubs } = system;
    const agreement = await activeAgreement(system);
    const member = nextMember();
    const pass = await issuedPass(system, { memberNumber: member });
    const visit = made(await arrive(system, { passId: pass.id }));
    const path = { agreementId: agreement.id };
    await stJulians.as('front-desk').POST('/visits/{visitId}/check-out', {
      params: { ...newKey(), path: { visitId: visit.id } },
      body: {},
    });
    await harbour.as('secretary').POST('/passes/{passId}/revoke', {
      params: { ...newKey(), path: { passId: pass.id } },
      body: { code: 'other', text: 'Left without a word.' },
    });
    await harbour.as('manager').POST('/agreements/{agreementId}/suspend', {
      params: { ...newKey(), path },
      body: { code: 'other', text: 'Roof repairs.' },
    });
    await harbour.as('manager').POST('/agreements/{agreementId}/resume', { params: { ...newKey(), path }, body: {} });
    // Everybody has everything before it, when everybody has this.
    const described = await orchard.as('secretary').POST('/clubs/{clubId}/directory', {
      params: { ...newKey(), path: { clubId: orchard.id } },
      body: { facilities: [], closures: [], keys: [], delegate: orchard.delegateHash },
    });
    await known('clubs.described', clubs, described);
    const sealed = [...commands.values()].filter(({ store }) => store !== 'consortium');
    return new Map([
      [memberWord, member],
      ['facility of the terms', facility],
      ['hash of the terms', agreement.versions[0]?.termsHash ?? ''],
      ['agreement id', agreement.id],
      ['pass id', pass.id],
      ['pseudonym', pass.pseudonym],
      ['exclusion tag', pass.exclusionTag],
      ['visit id', visit.id],
      ['why the pass was revoked', 'Left without a word.'],
      ['why the agreement was suspended', 'Roof repairs.'],
      ...sealed.map(({ name }): [string, string] => [`command ${name}`, name]),
    ]);
  };
  const inFolder = (...parts: string[]): string => join(system.data, ...parts);
  const filesOf = ({ id }: Club): string[] => [
    inFolder('ledgers', `${id}-peer`),
    inFolder('logs', `${id}-peer.log`),
    inFolder('logs', `${id}-chaincode.log`),
    inFolder('secrets', id),
    inFolder('configuration', `${id}-peer.json`),
    inFolder('nats', 'jetstream', id),
  ];
  /** Where a club could look, and what it finds there. */
  const foundBy = async (club: Club): Promise<Record<string, string[]>> => ({
    database: secretsIn(await databaseBytes(databaseOf(system, club, 'owner')), secrets),
    files: secretsIn(fileBytes(...filesOf(club)), secrets),
    events: secretsIn(await streamBytes(club), secrets),
    answers: secretsIn(await answerBytes(club), secrets),
  });

  it("is nowhere in the third club's database, files, events or answers", async () => {
    expect(await foundBy(system.orchard)).to.deep.equal({ database: [], files: [], events: [], answers: [] });
  });

  it('is found by the same search where it may be known; the member number is in the clear nowhere', async () => {
    const { harbour, stJulians } = system;
    const ids = ['agreement id', 'pass id', 'pseudonym', 'exclusion tag'];
    const terms = ['facility of the terms', 'hash of the terms'];
    const reasons = ['why the pass was revoked', 'why the agreement was suspended'];
    const atHome = await foundBy(harbour);
    expect(atHome['database']).to.include.members([...ids, ...terms, ...reasons, 'visit id', 'command passes.issue']);
    expect(atHome['files']).to.include.members([...ids, ...terms, ...reasons]);
    expect(atHome['events']).to.include.members([...ids, ...reasons.slice(0, 1), 'visit id', 'hash of the terms']);
    expect(atHome['answers']).to.include.members([...ids, ...terms, ...reasons.slice(0, 1), 'visit id']);
    const atHost = await foundBy(stJulians);
    expect(atHost['database']).to.include.members([...ids, ...terms, 'visit id', 'command visits.checkIn']);
    expect(Object.values(atHost).flat()).not.to.include.members(reasons.slice(0, 1));
    expect([...Object.values(atHome), ...Object.values(atHost)].flat()).not.to.include(memberWord);
  });

  it('is in no log, and no password or token either; nor is it where blocks are ordered', async () => {
    const clubs = system.clubs.map(({ profile }) => profile.secrets);
    const passwords = clubs.flatMap((folder) =>
      readdirSync(folder)
        .filter((file) => /\.(password|key)$/.test(file))
        .map((file): [string, string] => [join(folder, file), readFileSync(join(folder, file), 'utf8').trim()]),
    );
    expect(passwords.length).to.be.greaterThan(20);
    const token = await tokenOf(system.harbour, ['secretary']);
    const words = new Map([
      ...[...secrets].filter(([what]) => !what.startsWith('command ')),
      ...passwords,
      ['token', token.slice(0, token.indexOf('.'))],
    ]);
    const logs = fileBytes(inFolder('logs'));
    expect(secretsIn(logs, words)).to.deep.equal([]);
    expect(secretsIn(logs, new Map([['route', '/passes/:passId/revoke']]))).to.deep.equal(['route']);
    expect(secretsIn(fileBytes(inFolder('ledgers', 'ordering')), secrets)).to.deep.equal([]);
  });
});
