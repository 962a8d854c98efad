import { ownCollection } from '@reciprocal-clubs/chaincode/ledger/ports.js';
import { sha256 } from '@reciprocal-clubs/network/identity/sign.js';
import type { ClientBase } from 'pg';
import type { BlockContents } from '../blocks/blockContents.js';
import type { KeyWrite } from '../blocks/writes.js';
import type { Place } from '../projection/replay.js';
import { readClubs } from './records.js';

/** Adds what a block wrote. The last version of a key is its current one. */
export async function insertVersions(client: ClientBase, { number, writes }: BlockContents): Promise<void> {
  if (writes.length === 0) return;
  const collections = writes.map(({ collection }) => collection);
  const keyHashes = writes.map(({ keyHash }) => keyHash);
  const lastOf = new Map(writes.map((write, place) => [`${write.collection} ${write.keyHash.toString('hex')}`, place]));
  const last = new Set(lastOf.values());
  // Not named: Postgres would keep the plan that was good while the table was small.
  await client.query(
    `UPDATE projection.version v SET is_current = false
       FROM (SELECT DISTINCT * FROM unnest($1::text[], $2::bytea[])) AS written (collection, key_hash)
      WHERE v.collection = written.collection AND v.key_hash = written.key_hash AND v.is_current`,
    [collections, keyHashes],
  );
  await client.query({
    name: 'insert-versions',
    text: `INSERT INTO projection.version (block, index, collection, key_hash, key, value, value_hash, is_current)
     SELECT $1, * FROM unnest($2::integer[], $3::text[], $4::bytea[], $5::text[], $6::bytea[], $7::bytea[], $8::boolean[])`,
    values: [
      number,
      writes.map(({ index }) => index),
      collections,
      keyHashes,
      writes.map(({ key }) => key),
      writes.map(({ value }) => value),
      writes.map(({ valueHash }) => valueHash),
      writes.map((_, place) => last.has(place)),
    ],
  });
}

/** What a purge is for: no value that was written under these keys before stays, nor its hash. */
export async function forgetPurged(client: ClientBase, { number, writes }: BlockContents): Promise<void> {
  const purges = writes.filter(({ isPurge }) => isPurge);
  if (purges.length === 0) return;
  await client.query(
    `UPDATE projection.version v SET value = NULL, value_hash = NULL
       FROM unnest($2::integer[], $3::text[], $4::bytea[]) AS purge (index, collection, key_hash)
      WHERE v.collection = purge.collection AND v.key_hash = purge.key_hash AND (v.block, v.index) < ($1, purge.index)`,
    [
      number,
      purges.map(({ index }) => index),
      purges.map(({ collection }) => collection),
      purges.map(({ keyHash }) => keyHash),
    ],
  );
}

/** Adds plaintext to versions that had none, each known by its hashes. @returns the keys that it was new of */
export async function fillVersions(
  client: ClientBase,
  block: number,
  index: number,
  writes: readonly KeyWrite[],
): Promise<string[]> {
  const known = writes.filter(({ key, value }) => key !== undefined && value !== undefined);
  const { rows } = await client.query<{ key: string }>(
    `UPDATE projection.version v SET key = late.key, value = late.value
       FROM unnest($3::text[], $4::bytea[], $5::text[], $6::bytea[], $7::bytea[]) AS late (collection, key_hash, key, value, value_hash)
      WHERE v.block = $1 AND v.index = $2 AND v.collection = late.collection AND v.key_hash = late.key_hash
        AND v.value IS NULL AND v.value_hash = late.value_hash
     RETURNING v.key`,
    [
      block,
      index,
      known.map(({ collection }) => collection),
      known.map(({ keyHash }) => keyHash),
      known.map(({ key }) => key),
      known.map(({ value }) => value),
      known.map(({ valueHash }) => valueHash),
    ],
  );
  return rows.map(({ key }) => key);
}

/** A key that is known by one of its versions is known by all: a delete that came without its plaintext shows what it deleted. */
export async function nameVersions(
  client: ClientBase,
  collection: string,
  keyHashes: readonly Buffer[],
): Promise<void> {
  if (keyHashes.length === 0) return;
  await client.query(
    `UPDATE projection.version v SET key = known.key FROM projection.version known
      WHERE v.collection = $1 AND v.key_hash = ANY ($2) AND v.key IS NULL
        AND known.collection = v.collection AND known.key_hash = v.key_hash AND known.key IS NOT NULL`,
    [collection, keyHashes],
  );
}

/** Transactions that wrote one of these keys in any club's collection. */
export async function placesOf(client: ClientBase, keys: readonly string[]): Promise<Place[]> {
  if (keys.length === 0) return [];
  const clubs = await readClubs(client);
  const { rows } = await client.query<Place>(
    'SELECT DISTINCT block, index FROM projection.version WHERE collection = ANY ($1) AND key_hash = ANY ($2)',
    [[...clubs.values()].map(ownCollection), keys.map((key) => sha256(Buffer.from(key)))],
  );
  return rows;
}
