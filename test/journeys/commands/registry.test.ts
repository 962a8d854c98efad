import { expect } from 'chai';
import type { Club } from '../first/club.js';
import { newKey } from '../first/journey.js';
import { made } from '../given.js';
import { carriedOut, commandRefused, refused } from '../outcomes.js';
import { startedSystem, startPatienceMs, type System } from '../system.js';

describe('The registry over HTTP', () => {
  let system: System;

  before(async function () {
    this.timeout(startPatienceMs);
    system = await startedSystem();
  });

  const describeClub = (by: Club, clubId: string, more: { delegate?: string; dressCode?: string } = {}) =>
    by.as('secretary').POST('/clubs/{clubId}/directory', {
      params: { ...newKey(), path: { clubId } },
      body: { facilities: ['library'], closures: [], keys: [], ...more },
    });

  it('takes nothing before it is founded', () => {
    const { error, response } = system.founding.described;
    refused('NOT_FOUNDED', response, error);
  });

  it('is founded by one club for all', async () => {
    const { harbour, clubs, founding } = system;
    const { data, response } = founding.founded;
    expect(response.status).to.equal(200);
    expect(data).to.deep.include({ id: 'harbour', status: 'active', directory: null });
    const { txId } = made(founding.founded).ledger;
    for (const club of clubs)
      expect(await club.inbox.event('clubs.founded', txId)).to.have.nested.property('data.record.foundersHash');
    const read = await harbour.as('manager').GET('/clubs', {});
    expect(read.data?.items.map(({ id }) => id)).to.have.members(clubs.map(({ id }) => id));
  });

  it('is founded once', async () => {
    const { orchard } = system;
    await commandRefused(
      'ALREADY_FOUNDED',
      orchard,
      'manager',
      await orchard.as('manager').POST('/registry', { params: newKey(), body: {} }),
    );
  });

  it('holds what each club says of itself, and tells every club', async () => {
    const { clubs } = system;
    for (const by of clubs) {
      const record = await carriedOut(await describeClub(by, by.id, { delegate: by.delegateHash }), {
        ...{ by, role: 'secretary', address: ({ id }) => `/clubs/${id}` },
        event: { type: 'clubs.described', at: clubs },
      });
      expect(record.directory).to.deep.include({ id: by.id, facilities: ['library'], delegate: by.delegateHash });
      const again = await carriedOut(
        await describeClub(by, by.id, { delegate: by.delegateHash, dressCode: 'Jacket and tie.' }),
        {
          ...{ by, role: 'secretary', address: ({ id }) => `/clubs/${id}` },
          event: { type: 'clubs.described', at: clubs },
        },
      );
      expect(again.directory).to.deep.include({
        dressCode: 'Jacket and tie.',
        revision: 1 + (record.directory?.revision ?? 0),
      });
    }
  });

  it('takes from no club what another one says of itself', async () => {
    const { harbour, orchard } = system;
    for (const clubId of [orchard.id, 'nowhere'])
      await commandRefused('NOT_YOUR_CLUB', harbour, 'secretary', await describeClub(harbour, clubId));
  });
});
