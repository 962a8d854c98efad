import { kindOf } from '@reciprocal-clubs/chaincode/ledger/keys.js';
import { sha256 } from '@reciprocal-clubs/network/identity/sign.js';
import type { ClientBase } from 'pg';
import type { BlockContents } from '../blocks/blockContents.js';
import type { CloudEvent } from '../projection/cloudEvent.js';
import { projectionOf, recordProjections } from '../projection/projections.js';
import type { Place, Replayer } from '../projection/replay.js';
import { placesOf } from './versions.js';

/**
 * Takes the record out of what was told of keys that a block purges in the own collection: an outbox that is published again does not
 * bring back what was to be forgotten. That something was told stays, under its id, at its position.
 *
 * @param keys of the block, as far as they are known
 */
export async function forgetEvents(
  client: ClientBase,
  { number, writes }: BlockContents,
  own: string,
  keys: readonly string[],
): Promise<void> {
  const names = new Map(keys.map((key) => [sha256(Buffer.from(key)).toString('hex'), key]));
  for (const { keyHash, isPurge, collection } of writes) {
    const key = isPurge && collection === own ? names.get(keyHash.toString('hex')) : undefined;
    const projection = key === undefined ? undefined : projectionOf(key, recordProjections);
    // What is public stays public.
    if (key === undefined || !projection || kindOf(projection.mainKey(key))?.store !== 'bilateral') continue;
    await forget(client, number, key, projection);
  }
}

interface Row extends Place {
  position: number;
  data: CloudEvent;
}

/** Of an act what was told since: the record without it was told before. */
async function forget(client: ClientBase, before: number, key: string, projection: Replayer): Promise<void> {
  const [first] = (await placesOf(client, [key])).sort(inOrder);
  const places = await placesOf(client, projection.keys(key, { club: '', collections: new Map() }));
  const telling = places.filter((place) => place.block < before && first && inOrder(first, place) <= 0);
  const { rows } = await client.query<Row>(
    `SELECT position, block, index, data FROM projection.event
      WHERE (block, index) IN (SELECT * FROM unnest($1::bigint[], $2::integer[]))`,
    [telling.map(({ block }) => block), telling.map(({ index }) => index)],
  );
  const subject = `${projection.kind}/${projection.id(key)}`;
  const told = rows.filter(({ data }) => data.subject === subject);
  await client.query(
    `UPDATE projection.event e SET data = blank.data
       FROM unnest($1::bigint[], $2::json[]) AS blank (position, data) WHERE e.position = blank.position`,
    [told.map(({ position }) => position), told.map(({ data }) => JSON.stringify(withoutRecord(data)))],
  );
}

const withoutRecord = (event: CloudEvent): CloudEvent => ({ ...event, data: { ...event.data, record: {} } });

const inOrder = (a: Place, b: Place): number => a.block - b.block || a.index - b.index;
