import { join } from 'node:path';
import { requireDurable } from '@reciprocal-clubs/postgres/connect.js';
import { migrationsFolder, readMigrations, schemas } from '@reciprocal-clubs/postgres/migrations.js';
import type pg from 'pg';
import { isDatabaseAway } from '../postgres/unavailable.js';
import { problemFrom } from './problem.js';
import type { Reply, Route, Routes } from './route.js';

/** What the health of a node depends on. */
export interface Vitals {
  readonly pool: pg.Pool;
  readonly notifications: { readonly height: number; readonly isConnected: boolean };
  readonly ledger: { readonly client: { height(): Promise<number> } };
}

interface Finding {
  readonly ok: boolean;
  readonly detail: string;
}

type Check = readonly [name: string, look: () => Finding | Promise<Finding>];

const patienceMs = 2_000;
const toleratedLagBlocks = 10;
/** The listener writes four times as often. */
const toleratedSilenceSeconds = 20;

/** live: the process answers. started: it has its tables, and what it stores stays. ready: it can carry out commands, and what it answers is up to date. */
export function healthRoutes({ pool, notifications, ledger }: Vitals, isStopping: () => boolean): Routes {
  const known = schemas.map((schema) => [schema, readMigrations(join(migrationsFolder, schema)).length] as const);
  const migrations: Check = ['migrations', () => migrationsComplete(pool, new Map(known))];
  const durability: Check = ['durability', () => durable(pool)];
  return {
    'health.live': answering(['process', () => ({ ok: true, detail: 'answers' })]),
    'health.started': answering(migrations, durability),
    'health.ready': answering(
      ['process', () => ({ ok: !isStopping(), detail: isStopping() ? 'stops' : 'answers' })],
      migrations,
      durability,
      ['listener', () => listenerFollows(pool)],
      ['notifications', () => connected(notifications)],
      ['read model', async () => readModelAge(await ledger.client.height(), notifications.height)],
    ),
  };
}

const answering =
  (...checks: Check[]): Route =>
  async (): Promise<Reply> => {
    const found = await Promise.all(checks.map(async ([name, look]) => ({ name, ...(await bounded(look)) })));
    const isWell = found.every(({ ok }) => ok);
    return { status: isWell ? 200 : 503, body: { status: isWell ? 'ok' : 'failing', checks: found } };
  };

/** What hangs or throws is not well, and says no more than a code: everybody may ask for health. */
async function bounded(look: Check[1]): Promise<Finding> {
  const { promise: late, resolve } = Promise.withResolvers<Finding>();
  const timer = setTimeout(() => resolve({ ok: false, detail: 'no answer in time' }), patienceMs);
  try {
    return await Promise.race([look(), late]);
  } catch (error) {
    return { ok: false, detail: problemFrom(error).code };
  } finally {
    clearTimeout(timer);
  }
}

async function migrationsComplete(pool: pg.Pool, known: ReadonlyMap<string, number>): Promise<Finding> {
  const { rows } = await pool.query<{ schema: string; applied: number }>(
    `SELECT 'projection' AS schema, count(*)::int AS applied FROM projection.migration
      UNION ALL SELECT 'records', count(*)::int FROM records.migration`,
  );
  const missing = rows.filter(({ schema, applied }) => applied < (known.get(schema) ?? 0)).map(({ schema }) => schema);
  return { ok: missing.length === 0, detail: missing.length === 0 ? 'complete' : `missing in ${missing.join(', ')}` };
}

/** An envelope counts as stored before it is sent only where Postgres keeps what it has committed. */
async function durable(pool: pg.Pool): Promise<Finding> {
  try {
    await requireDurable(pool);
    return { ok: true, detail: 'Postgres keeps what it has committed' };
  } catch (error) {
    if (isDatabaseAway(error) || !(error instanceof Error)) throw error;
    return { ok: false, detail: error.message };
  }
}

/** What the listener said last holds only while it lives. Both times are the database's. */
async function listenerFollows(pool: pg.Pool): Promise<Finding> {
  const { rows } = await pool.query<{ state: string; silent: number }>(
    'SELECT state, extract(epoch FROM now() - seen_at)::float8 AS silent FROM projection.listener',
  );
  const { state, silent } = rows[0] ?? { state: 'unknown', silent: 0 };
  if (silent > toleratedSilenceSeconds) return { ok: false, detail: `not heard of for ${Math.floor(silent)} s` };
  return { ok: state === 'following', detail: state };
}

const connected = ({ isConnected }: Vitals['notifications']): Finding => ({
  ok: isConnected,
  detail: isConnected ? 'connected' : 'not connected',
});

function readModelAge(peerHeight: number, height: number): Finding {
  const lag = Math.max(0, peerHeight - height);
  return { ok: lag <= toleratedLagBlocks, detail: `${lag} blocks behind the own peer` };
}
