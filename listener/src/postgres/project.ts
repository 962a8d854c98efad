import { kindOf } from '@reciprocal-clubs/chaincode/ledger/keys.js';
import { ownCollection } from '@reciprocal-clubs/chaincode/ledger/ports.js';
import type { ClientBase } from 'pg';
import type { Quarantined } from '../blocks/blockContents.js';
import { cloudEvent } from '../projection/cloudEvent.js';
import type { Scene } from '../projection/history.js';
import { projectionOf, recordProjections, registryProjections } from '../projection/projections.js';
import type { Replayed, Replayer } from '../projection/replay.js';
import { readHistories, stepsOf, type Wanted } from './histories.js';
import { appendEvents } from './outbox.js';
import { quarantine } from './quarantine.js';
import { expectActs, presentRecords, readClubs, writeRecords } from './records.js';

/** The club whose read model it is. */
export interface OwnClub {
  readonly id: string;
  readonly mspId: string;
  readonly channel: string;
}

interface Touched {
  readonly projection: Replayer;
  readonly key: string;
  readonly id: string;
}

/**
 * Makes the records behind these keys anew, from all versions of their keys, and adds to the outbox what it does not tell yet.
 *
 * @param since block from which on there is news; records that were not known are new altogether
 * @returns transactions that were set aside for what they wrote
 */
export async function project(
  client: ClientBase,
  club: OwnClub,
  keys: readonly string[],
  since: number,
): Promise<Quarantined[]> {
  const registry = await replayed(client, club, touchedBy(keys, registryProjections), since);
  await writeRecords(client, registry);
  const others = await replayed(client, club, touchedBy(keys, recordProjections), since);
  await writeRecords(client, others);
  await expectActs(client, others);
  const all = [...registry, ...others];
  await appendEvents(
    client,
    all.flatMap((record) =>
      record.events.map((telling) => ({
        block: telling.step.block,
        index: telling.step.index,
        n: telling.write.n,
        event: cloudEvent(telling, record, { channel: club.channel, club: club.id }),
      })),
    ),
  );
  return quarantine(
    client,
    all.flatMap(({ faults }) => faults),
  );
}

/** One for each record. */
function touchedBy(keys: readonly string[], projections: readonly Replayer[]): Touched[] {
  const records = new Map<string, Touched>();
  for (const key of keys) {
    const projection = projectionOf(key, projections);
    if (!projection) continue;
    const id = projection.id(key);
    records.set(`${projection.kind}/${id}`, { projection, key, id });
  }
  return [...records.values()];
}

async function replayed(
  client: ClientBase,
  club: OwnClub,
  touched: readonly Touched[],
  since: number,
): Promise<Replayed[]> {
  if (touched.length === 0) return [];
  const scene = await readScene(client, club);
  const present = await presentRecords(
    client,
    touched.map(({ projection: { kind }, id }) => ({ kind, id })),
  );
  const asked = touched.map(({ projection, key, id }) => ({
    projection,
    key,
    keys: projection.keys(key, scene),
    // What was not known is new altogether.
    since: present.has(`${projection.kind}/${id}`) ? since : 0,
  }));
  const history = await readHistories(
    client,
    asked.flatMap(({ projection, key, keys, since }) => wantedOf(keys, projection.mainKey(key), scene, since)),
  );
  return asked.map(({ projection, key, keys, since }) => projection.replay(key, stepsOf(history, keys), scene, since));
}

/** Of the record itself all versions: which of them holds, the newest does not tell. Of the rest only the newest counts. */
function wantedOf(keys: readonly string[], mainKey: string, { collections }: Scene, since: number): Wanted[] {
  return keys.flatMap((key) =>
    (kindOf(key)?.store === 'consortium' ? [''] : [...collections.values()]).map((collection) => ({
      ...{ collection, key, since },
      all: key === mainKey,
    })),
  );
}

async function readScene(client: ClientBase, club: OwnClub): Promise<Scene> {
  const clubs = await readClubs(client);
  const collections = [...clubs].map(([id, mspId]) => [id, ownCollection(mspId)] as const);
  return { club: club.id, collections: new Map(collections) };
}
