import type { Pool } from 'pg';

export type State = 'starting' | 'following' | 'reconnecting' | 'halted';

export interface ListenerState {
  readonly state: State;
  /** empty where the state says all */
  readonly reason: string;
  readonly since: Date;
}

/** What the listener said of itself last, in this process or before. */
export async function readState(pool: Pool): Promise<ListenerState> {
  const { rows } = await pool.query<ListenerState>('SELECT state, reason, since FROM projection.listener');
  const [row] = rows;
  if (!row) throw new Error('projection.listener is empty: migrate the schema');
  return row;
}

/** A halt stays until somebody has looked: nothing but an operator writes over it. */
export async function writeState(pool: Pool, state: State, reason: string): Promise<void> {
  await pool.query(
    `UPDATE projection.listener SET state = $1, reason = $2, since = now()
      WHERE state <> 'halted' AND (state, reason) <> ($1, $2)`,
    [state, reason.replaceAll('\0', '\uFFFD')],
  );
}

/** The listener lives, whatever its state is: without this the state is one that somebody left. */
export async function writeSeen(pool: Pool): Promise<void> {
  await pool.query('UPDATE projection.listener SET seen_at = now()');
}
