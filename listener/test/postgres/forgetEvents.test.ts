import { expect } from 'chai';
import type { CloudEvent } from '../../src/projection/cloudEvent.js';
import { Listening } from '../listening.js';
import { Story } from '../story.js';
import { World } from '../world.js';

interface Told {
  position: number;
  id: string;
  type: string;
  data: CloudEvent;
}

describe('what was told of a key that is purged', () => {
  let world: World;
  let story: Story;
  let listening: Listening;

  beforeEach(async () => {
    world = await World.start();
    story = new Story(world);
    listening = await Listening.to(world);
    await story.agree();
    await story.issue();
    await story.checkIn();
    await story.revoke();
    await listening.catchUp();
  });

  afterEach(() => listening.end());

  const outbox = () => listening.query<Told>('SELECT position, id, type, data FROM projection.event ORDER BY position');
  const purge = async (...places: [collection: string, key: string][]): Promise<void> => {
    const writes = places.map(([collection, key]) => ({ collection, key, purge: true }));
    await world.together([await world.lie(['harbour', 'stjulians'], ...writes)]);
    await listening.catchUp();
  };
  /** Types of events whose record is there no more. */
  const blank = (told: readonly Told[]): string[] =>
    told.filter(({ data }) => Object.keys(data.data.record).length === 0).map(({ type }) => type);

  it('holds the record no more, and stays where it was', async () => {
    const before = await outbox();
    expect(JSON.stringify(before)).to.contain(story.exclusionTag).and.to.contain('Left.');
    await purge(['own_HarbourMSP', `pass/${story.passId}`], ['own_StJuliansMSP', `pass/${story.passId}`]);
    const after = await outbox();
    expect(blank(after)).to.deep.equal(['passes.issued', 'passes.revoked']);
    expect(JSON.stringify(after)).not.to.contain(story.exclusionTag).and.not.to.contain('Left.');
    const kept = before.map((told) =>
      told.type.startsWith('passes.')
        ? { ...told, data: { ...told.data, data: { ...told.data.data, record: {} } } }
        : told,
    );
    expect(after).to.deep.equal(kept);
  });

  it('stays as it was told before an act that alone is purged', async () => {
    await purge(['own_HarbourMSP', `act/revoke/${story.passId}`]);
    expect(blank(await outbox())).to.deep.equal(['passes.revoked']);
    expect(JSON.stringify(await outbox())).not.to.contain('Left.');
  });

  it('stays where only the partner purges its half', async () => {
    await purge(['own_StJuliansMSP', `pass/${story.passId}`]);
    expect(blank(await outbox())).to.deep.equal([]);
  });

  it('is not told by a projection that is built anew', async () => {
    await purge(['own_HarbourMSP', `pass/${story.passId}`], ['own_StJuliansMSP', `pass/${story.passId}`]);
    await listening.dropProjection();
    await listening.catchUp();
    expect(await listening.told()).not.to.include('passes.issued');
    expect(await listening.told()).to.include('visits.checked-in');
  });
});
