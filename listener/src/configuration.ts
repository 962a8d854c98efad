import { existsSync } from 'node:fs';
import convict, { type Schema } from 'convict';
import { logLevels, type LogLevel } from '@reciprocal-clubs/api/log.js';
import type { DatabaseConfiguration } from '@reciprocal-clubs/postgres/connect.js';
import type { NatsConfiguration } from './nats/connectNats.js';

export interface ClubConfiguration {
  readonly id: string;
  readonly mspId: string;
  readonly peer: { readonly address: string; readonly tlsRootCertificate: string };
  /** paths of PEM files */
  readonly client: { readonly certificate: string; readonly privateKey: string };
  readonly database: DatabaseConfiguration;
  readonly nats: NatsConfiguration;
}

export interface Configuration {
  /** of health and metrics */
  readonly host: string;
  readonly port: number;
  readonly channel: string;
  readonly chaincode: string;
  /** path of the block that everything else is verified by */
  readonly genesisBlock: string;
  /** how long own transactions may go unresolved while no block comes, before it is alarmed */
  readonly standingHeightMs: number;
  readonly logLevel: LogLevel;
  readonly clubs: readonly ClubConfiguration[];
}

const text = (doc: string) => ({ doc, format: 'a text', default: '' });
const file = (doc: string) => ({ doc, format: 'a file', default: '' });
const port = (doc: string) => ({ doc, format: 'a port', default: 0 });

const clubSchema = {
  id: text('slug of the club in the consortium'),
  mspId: text('MSP id of its organisation'),
  peer: {
    address: text("host:port of the club's own peer"),
    tlsRootCertificate: file('of the authority that certified the peer for TLS, PEM'),
  },
  client: { certificate: file("of the club's client, PEM"), privateKey: file('its key, PEM') },
  database: {
    host: text('host of Postgres'),
    port: port('of Postgres'),
    name: text('of the database'),
    user: text("the listener's role in it"),
    passwordFile: file('holds the password of that role and nothing else'),
    tls: { doc: 'talk TLS to Postgres', format: Boolean, default: false },
  },
  nats: {
    server: text('host:port of NATS'),
    user: text("the listener's user in the club's account"),
    passwordFile: file('holds the password of that user and nothing else'),
  },
};

const schema: Schema<Configuration> = {
  host: {
    doc: 'address of health and metrics',
    format: 'a text',
    default: '127.0.0.1',
    env: 'LISTENER_HOST',
    arg: 'host',
  },
  port: { ...port('of health and metrics'), env: 'LISTENER_PORT', arg: 'port' },
  channel: { ...text('of the consortium'), default: 'clubs', env: 'LISTENER_CHANNEL', arg: 'channel' },
  chaincode: {
    ...text('name of the contracts on the channel'),
    default: 'clubs',
    env: 'LISTENER_CHAINCODE',
    arg: 'chaincode',
  },
  genesisBlock: {
    ...file("the channel's first block, which the club was given to trust in"),
    env: 'LISTENER_GENESIS_BLOCK',
    arg: 'genesis-block',
  },
  standingHeightMs: {
    doc: 'alarm when own transactions are unresolved and no block comes for so many milliseconds',
    format: 'a duration',
    default: 60_000,
    env: 'LISTENER_STANDING_HEIGHT_MS',
    arg: 'standing-height-ms',
  },
  logLevel: {
    doc: 'least important level to log',
    format: [...logLevels],
    default: 'info',
    env: 'LISTENER_LOG_LEVEL',
    arg: 'log-level',
  },
  clubs: { doc: 'the clubs that this process listens for', format: 'listening clubs', default: [] },
};

convict.addFormats({
  'a text': { validate: (value: unknown) => require(typeof value === 'string' && value !== '', 'must be a text') },
  'a file': {
    validate: (value: unknown) =>
      require(typeof value === 'string' && existsSync(value), 'must be the path of something that is there'),
  },
  'a port': {
    // The environment and flags give texts.
    coerce: Number,
    validate: (value: unknown) =>
      require(Number.isInteger(value) && Number(value) > 0 && Number(value) < 65_536, 'must be a port from 1 to 65535'),
  },
  'a duration': {
    coerce: Number,
    validate: (value: unknown) =>
      require(Number.isSafeInteger(value) && Number(value) > 0, 'must be a whole number of milliseconds'),
  },
  'listening clubs': { validate: validateClubs },
});

function require(holds: boolean, rule: string): void {
  if (!holds) throw new Error(rule);
}

function validateClubs(clubs: unknown): void {
  require(Array.isArray(clubs) && clubs.length > 0, 'must name at least one club');
  const ids = new Set<unknown>();
  for (const [index, club] of (clubs as { id?: unknown }[]).entries()) {
    try {
      convict(clubSchema, { args: [], env: {} }).load(club).validate({ allowed: 'strict' });
    } catch (error) {
      throw new Error(`[${index}] ${wordsOf(error)}`, { cause: error });
    }
    require(!ids.has(club.id), 'must not name a club twice');
    ids.add(club.id);
  }
}

const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/**
 * What the process is to do: defaults, then the file, then the environment (LISTENER_PORT, ...), then flags (--port ...). All is checked.
 *
 * @param args of the command line: the file, and flags
 * @throws Error that says in one line per fault what is wrong where
 */
export function readConfiguration(args: readonly string[], env: NodeJS.ProcessEnv): Configuration {
  const [path, ...flags] = args;
  if (path === undefined || path.startsWith('-')) {
    throw new Error('usage: listener <configuration file> [--log-level debug ...]');
  }
  const configuration = convict(schema, { args: [...flags], env });
  try {
    configuration.loadFile(path);
    configuration.validate({ allowed: 'strict' });
  } catch (error) {
    throw new Error(`${path}: ${wordsOf(error)}`, { cause: error });
  }
  return configuration.getProperties();
}
