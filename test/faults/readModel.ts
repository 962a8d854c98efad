import { isDeepStrictEqual } from 'node:util';
import { PeerConnection } from '@reciprocal-clubs/api/fabric/connection.js';
import { connectPool, type DatabaseConfiguration } from '@reciprocal-clubs/postgres/connect.js';
import type pg from 'pg';
import type { Club } from '../journeys/first/club.js';
import type { InboxConsumer } from './consumer.js';

/** What a club's database holds is what its peer holds; each of its events reached the consumer; no operation was carried out twice. */
export async function compareReadModel(
  club: Club,
  database: DatabaseConfiguration,
  consumer: InboxConsumer,
): Promise<string[]> {
  const pool = connectPool(database, { application: 'comparison' });
  try {
    const faults = [...(await halves(club, pool)), ...(await twice(pool)), ...(await events(pool, consumer))];
    return faults.map((fault) => `${club.id}: ${fault}`);
  } finally {
    await pool.end();
  }
}

/** The peer's own words about each private record against the copy in the database and the record of the read model. */
async function halves(club: Club, pool: pg.Pool): Promise<string[]> {
  const faults: string[] = [];
  for (const kind of ['agreement', 'terms', 'pass', 'usage', 'visit']) {
    const onPeer = await listOnPeer(club, kind);
    const { rows } = await pool.query<{ key: string; value: Buffer }>(
      `SELECT key, value FROM projection.version WHERE is_current AND key LIKE $1 || '/%'`,
      [kind],
    );
    const stored = new Map(rows.map(({ key, value }) => [key, JSON.parse(value.toString()) as unknown]));
    for (const [key, record] of onPeer)
      if (!isDeepStrictEqual(stored.get(key), record)) faults.push(`${key} is another on the peer`);
    if (stored.size !== onPeer.size) faults.push(`${stored.size} of kind ${kind}, ${onPeer.size} on the peer`);
    if (kind === 'usage') continue;
    const { rowCount } = await pool.query('SELECT 1 FROM projection.record WHERE kind = $1', [kind]);
    if (rowCount !== onPeer.size) faults.push(`${rowCount} records of kind ${kind}, ${onPeer.size} on the peer`);
  }
  return faults;
}

async function listOnPeer({ profile, network }: Club, kind: string): Promise<Map<string, unknown>> {
  const connection = new PeerConnection(profile.peer, profile.mspId);
  const found = new Map<string, unknown>();
  try {
    const contract = connection.as(profile.client).getNetwork(network.channel).getContract(network.chaincode);
    for (let after: string | undefined; ;) {
      const request = { kind, limit: 100, ...(after !== undefined && { after }) };
      const answer = await contract.evaluate('sealed:list', {
        arguments: ['1'],
        transientData: { request: JSON.stringify(request) },
        endorsingOrganizations: [profile.mspId],
      });
      const page = JSON.parse(Buffer.from(answer).toString()) as Page;
      for (const { key, record } of page.records) found.set(key, record);
      if (page.after === null) return found;
      after = page.after;
    }
  } finally {
    connection.close();
  }
}

interface Page {
  readonly records: readonly { readonly key: string; readonly record: unknown }[];
  readonly after: string | null;
}

async function twice(pool: pg.Pool): Promise<string[]> {
  const { rows } = await pool.query<{ operation: string }>(
    'SELECT operation FROM records.attempt WHERE code = 0 GROUP BY operation HAVING count(*) > 1',
  );
  return rows.map(({ operation }) => `operation ${operation} was carried out twice`);
}

async function events(pool: pg.Pool, consumer: InboxConsumer): Promise<string[]> {
  const { rows } = await pool.query<{ id: string }>('SELECT id FROM projection.event ORDER BY position');
  const missing = rows
    .filter(({ id }) => !consumer.acted.has(id))
    .map(({ id }) => `event ${id} never reached the consumer`);
  const known = new Set(rows.map(({ id }) => id));
  const strange = [...consumer.acted].filter((id) => !known.has(id)).map((id) => `event ${id} is of no block`);
  return [...missing, ...strange];
}
