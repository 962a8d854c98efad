import type { ClientBase } from 'pg';
import type { CloudEvent } from '../projection/cloudEvent.js';
import type { Place } from '../projection/replay.js';

/** An event with the write that it tells of. */
export interface NewEvent extends Place {
  readonly n: number;
  readonly event: CloudEvent;
}

/** An event of the outbox. */
export interface OutboxEvent {
  /** from 1 without gaps */
  readonly position: number;
  /** `channel:block:index:n` */
  readonly id: string;
  /** `<slice>.<event>` */
  readonly type: string;
  /** the CloudEvent as JSON */
  readonly json: string;
}

type Reader = Pick<ClientBase, 'query'>;

/** Adds the events that are not there yet after all others. Whoever calls this holds the cursor: positions have no gaps. */
export async function appendEvents(client: ClientBase, events: readonly NewEvent[]): Promise<void> {
  if (events.length === 0) return;
  await client.query(
    `INSERT INTO projection.event (position, block, index, n, id, type, data)
     SELECT (SELECT coalesce(max(position), 0) FROM projection.event) + row_number() OVER (ORDER BY block, index, n),
            block, index, n, id, type, data
       FROM unnest($1::bigint[], $2::integer[], $3::integer[], $4::text[], $5::text[], $6::json[])
            AS new (block, index, n, id, type, data)
      WHERE NOT EXISTS (SELECT FROM projection.event known WHERE known.id = new.id)`,
    [
      events.map(({ block }) => block),
      events.map(({ index }) => index),
      events.map(({ n }) => n),
      events.map(({ event }) => event.id),
      events.map(({ event }) => event.type),
      events.map(({ event }) => JSON.stringify(event)),
    ],
  );
}

/** Events after a position, in order. */
export async function readOutbox(client: Reader, after: number, limit: number): Promise<OutboxEvent[]> {
  const { rows } = await client.query<OutboxEvent>(
    `SELECT position, id, type, data::text AS json FROM projection.event WHERE position > $1 ORDER BY position LIMIT $2`,
    [after, limit],
  );
  return rows;
}

/** Position of the last event; 0 when there is none. */
export async function lastPosition(client: Reader): Promise<number> {
  const { rows } = await client.query<{ last: number }>(
    'SELECT coalesce(max(position), 0) AS last FROM projection.event',
  );
  return rows[0]?.last ?? 0;
}

/** Which event is at a position. */
export async function eventAt(client: Reader, position: number): Promise<{ id: string; txId: string } | undefined> {
  const { rows } = await client.query<{ id: string; txId: string }>(
    `SELECT e.id, t.tx_id AS "txId" FROM projection.event e JOIN projection.transaction t USING (block, index)
      WHERE e.position = $1`,
    [position],
  );
  return rows[0];
}
