import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DeliverPolicy, jetstream, type JsMsg } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { readOpenapiDocument } from '@reciprocal-clubs/api/http/openapiDocument.js';
import { eventStream } from '@reciprocal-clubs/network/services/natsAccount.js';
import { connectPool, type DatabaseConfiguration } from '@reciprocal-clubs/postgres/connect.js';
import { schemas } from '@reciprocal-clubs/postgres/migrations.js';
import { ask } from './asking.js';
import type { Club } from './first/club.js';

/** Every row of every table of both schemas: columns of bytes as they are and in hex, all others as text. */
export async function databaseBytes(database: DatabaseConfiguration): Promise<Buffer[]> {
  const pool = connectPool(database, { application: 'search' });
  try {
    const { rows: tables } = await pool.query<{ name: string }>(
      `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname = ANY($1) ORDER BY 1`,
      [schemas],
    );
    const found: Buffer[] = [];
    for (const { name } of tables) {
      const { rows } = await pool.query<Record<string, unknown>>(`SELECT * FROM ${name}`);
      found.push(...rows.flatMap((row) => [Buffer.from(name), ...Object.values(row).map(bytesOf)]));
    }
    return found;
  } finally {
    await pool.end();
  }
}

const bytesOf = (value: unknown): Buffer =>
  Buffer.isBuffer(value)
    ? Buffer.concat([value, Buffer.from(value.toString('hex'))])
    : Buffer.from(JSON.stringify(value));

/** Every file in these folders, and these files. */
export function fileBytes(...paths: readonly string[]): Buffer[] {
  return paths.flatMap((path) => {
    if (/\.\w+$/.test(path)) return [readFileSync(path)];
    const entries = readdirSync(path, { recursive: true, withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).map((entry) => readFileSync(join(entry.parentPath, entry.name)));
  });
}

/** Every message that is in a club's stream, with its subject and its headers. */
export async function streamBytes(club: Club): Promise<Buffer[]> {
  const found: Buffer[] = [];
  await readStream(club, ({ subject, headers, data, info }) => {
    const lines = [...(headers ?? [])].map(([name, values]) => `${name}: ${values.join()}`);
    found.push(Buffer.from([subject, ...lines].join('\n')), Buffer.from(data));
    return info.pending === 0;
  });
  return found;
}

/** Ids of a club's events in the order of its stream, as soon as there are so many. */
export async function eventIds(club: Club, count: number): Promise<string[]> {
  const found: string[] = [];
  await readStream(club, (message) => {
    found.push(message.json<{ id: string }>().id);
    return found.length >= count;
  });
  return found;
}

/** From the first message on, until one is the last that is wanted. */
async function readStream({ profile }: Club, isLast: (message: JsMsg) => boolean): Promise<void> {
  const { server, user, passwordFile } = profile.nats;
  const connection = await connect({ servers: server, user, pass: readFileSync(passwordFile, 'utf8').trim() });
  try {
    const consumer = await jetstream(connection).consumers.get(eventStream, { deliver_policy: DeliverPolicy.All });
    const messages = await consumer.consume();
    for await (const message of messages) if (isLast(message)) break;
  } finally {
    await connection.close();
  }
}

interface Item {
  readonly id: string;
  readonly name: string;
  readonly number: number;
  readonly txId: string | null;
  readonly versions: readonly { readonly n: number }[];
}

/** Every register, and what is read of each of its items. */
const registers: Record<string, (item: Item) => string[]> = {
  '/clubs': ({ id }) => [`/clubs/${id}`],
  '/agreements': ({ id, versions }) => [
    `/agreements/${id}`,
    ...versions.map(({ n }) => `/agreements/${id}/terms/${n}`),
  ],
  '/passes': ({ id }) => [`/passes/${id}`],
  '/visits': ({ id }) => [`/visits/${id}`],
  '/proposals': ({ id }) => [`/proposals/${id}`],
  '/policies': ({ name }) => [`/policies/${name}`],
  '/blocks': ({ number }) => [`/blocks/${number}`],
  '/transactions': ({ txId }) => (txId === null ? [] : [`/transactions/${txId}`]),
};

/** Every answer that a club's node gives to a GET, but what is the same at every node. */
export async function answerBytes(club: Club): Promise<Buffer[]> {
  requireEvery();
  const found: Buffer[] = [];
  const get = async (path: string, headers: Record<string, string> = {}): Promise<unknown> => {
    const { status, text, body, headers: answered } = await ask(club, 'GET', path, { roles: ['auditor'], headers });
    if (status !== 200) throw new Error(`${path}: ${text}`);
    found.push(Buffer.from(`${path}\n${[...answered].join('\n')}\n${text}`));
    return body;
  };
  for (const [register, pathsOf] of Object.entries(registers)) {
    let cursor: string | null = '';
    const paths = new Set<string>();
    while (cursor !== null) {
      const page = (await get(`${register}?limit=100${cursor && `&cursor=${encodeURIComponent(cursor)}`}`)) as {
        items: Item[];
        next: string | null;
      };
      for (const path of page.items.flatMap(pathsOf)) paths.add(path);
      cursor = page.next;
    }
    for (const path of paths) await get(path);
  }
  return found;
}

/** An operation that reads, and that nobody here reads by, hides from the search. */
function requireEvery(): void {
  const known = Object.values(registers).flatMap((pathsOf) =>
    pathsOf({ id: ':id', name: ':id', number: 0, txId: ':id', versions: [{ n: 1 }] }),
  );
  const form = (path: string): string => path.replaceAll(/:\w+|\b\d+$/g, '*');
  const forms = new Set([...Object.keys(registers), ...known, '/operations/:id'].map(form));
  const missing = readOpenapiDocument()
    .operations.filter(({ method, roles }) => method === 'get' && roles !== undefined)
    .filter(({ path }) => !forms.has(form(path)));
  if (missing.length > 0) throw new Error(`nobody reads ${missing.map(({ id }) => id).join()}`);
}
