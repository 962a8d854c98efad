import type { ClientBase } from 'pg';
import type { Head } from '../blocks/verifiedBlock.js';

/** Where the projection is. */
export async function readHead(client: Pick<ClientBase, 'query'>): Promise<Head> {
  return headIn(await client.query<Row>('SELECT next, last_hash FROM projection.cursor'));
}

/** The same, and until the transaction ends nobody else changes the projection. */
export async function lockHead(client: ClientBase): Promise<Head> {
  return headIn(await client.query<Row>('SELECT next, last_hash FROM projection.cursor FOR UPDATE'));
}

/** Moves on to the next block: false when the projection is not where it was thought to be, because another listener was here. */
export async function advance(client: ClientBase, from: Head, hash: Buffer): Promise<boolean> {
  const { rowCount } = await client.query({
    name: 'advance',
    text: 'UPDATE projection.cursor SET next = $1::bigint + 1, last_hash = $2 WHERE next = $1 AND last_hash = $3',
    values: [from.number + 1, hash, from.hash],
  });
  return rowCount === 1;
}

interface Row {
  next: number;
  last_hash: Buffer;
}

function headIn({ rows: [row] }: { rows: Row[] }): Head {
  if (!row) throw new Error('projection.cursor is empty: migrate the schema');
  return { number: row.next - 1, hash: row.last_hash };
}
