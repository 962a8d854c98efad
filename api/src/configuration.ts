import { existsSync } from 'node:fs';
import convict, { type Schema } from 'convict';
import type { ClubConfiguration } from './club.js';
import { logLevels, type LogLevel } from './log.js';

export interface Configuration {
  readonly host: string;
  readonly channel: string;
  readonly chaincode: string;
  readonly logLevel: LogLevel;
  readonly validateResponses: boolean;
  /** how long what runs may go on when the process is asked to end */
  readonly stopMs: number;
  /** each is served on a port of its own */
  readonly clubs: readonly (ClubConfiguration & { readonly port: number })[];
}

const text = (doc: string) => ({ doc, format: 'text', default: '' });
const file = (doc: string) => ({ doc, format: 'readable', default: '' });
const port = (doc: string) => ({ doc, format: 'tcpPort', default: 0 });
const credentials = (whose: string) => ({
  certificate: file(`certificate of the club's ${whose}, PEM`),
  privateKey: file(`its private key, PEM`),
});

const clubSchema = {
  id: text('slug of the club in the consortium'),
  mspId: text('MSP id of its organisation'),
  port: port('where its API listens'),
  peer: {
    address: text("host:port of the club's own peer"),
    tlsRootCertificate: file('of the authority that certified the peer for TLS, PEM'),
  },
  client: credentials('client'),
  delegate: credentials('accredited delegate'),
  secrets: file("folder of the club's secrets"),
  database: {
    host: text('host of Postgres'),
    port: port('of Postgres'),
    name: text('of the database'),
    user: text("the API's role in it"),
    passwordFile: file('holds the password of that role and nothing else'),
    tls: { doc: 'talk TLS to Postgres', format: Boolean, default: false },
  },
};

const schema: Schema<Configuration> = {
  host: { doc: 'address to listen at', format: 'text', default: '127.0.0.1', env: 'API_HOST', arg: 'host' },
  channel: { doc: 'of the consortium', format: 'text', default: 'clubs', env: 'API_CHANNEL', arg: 'channel' },
  chaincode: {
    doc: 'name of the contracts on the channel',
    format: 'text',
    default: 'clubs',
    env: 'API_CHAINCODE',
    arg: 'chaincode',
  },
  logLevel: {
    doc: 'least important level to log',
    format: [...logLevels],
    default: 'info',
    env: 'API_LOG_LEVEL',
    arg: 'log-level',
  },
  validateResponses: {
    doc: 'hold every answer against the OpenAPI document',
    format: Boolean,
    default: false,
    env: 'API_VALIDATE_RESPONSES',
    arg: 'validate-responses',
  },
  stopMs: {
    doc: 'milliseconds that running requests get when the process is asked to end',
    format: 'nat',
    default: 10_000,
    env: 'API_STOP_MS',
    arg: 'stop-ms',
  },
  clubs: { doc: 'the clubs that this process serves', format: 'clubs', default: [] },
};

convict.addFormats({
  text: { validate: (value: unknown) => require(typeof value === 'string' && value !== '', 'must be a text') },
  readable: {
    validate: (value: unknown) =>
      require(typeof value === 'string' &&
        value !== '' &&
        existsSync(value), 'must be the path of something that is there'),
  },
  tcpPort: {
    validate: (value: unknown) =>
      require(Number.isInteger(value) && Number(value) > 0 && Number(value) < 65_536, 'must be a port from 1 to 65535'),
  },
  clubs: { validate: validateClubs },
});

function require(holds: boolean, rule: string): void {
  if (!holds) throw new Error(rule);
}

function validateClubs(clubs: unknown): void {
  require(Array.isArray(clubs) && clubs.length > 0, 'must name at least one club');
  for (const [index, club] of (clubs as object[]).entries()) {
    try {
      convict(clubSchema, { args: [], env: {} }).load(club).validate({ allowed: 'strict' });
    } catch (error) {
      throw new Error(`[${index}] ${wordsOf(error)}`, { cause: error });
    }
  }
  for (const field of ['id', 'port'] as const) {
    const values = (clubs as Record<string, unknown>[]).map((club) => club[field]);
    require(new Set(values).size === values.length, `must not give two clubs one ${field}`);
  }
}

/** Without the values, that convict adds: whole clubs, on one line. */
const wordsOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).replaceAll(/: value was .*$/gm, '');

/**
 * What the process is to do: defaults, then the file, then the environment (API_HOST, ...), then flags (--host ...). All of it is checked.
 *
 * @param args of the command line: the file, and flags
 * @throws Error that says in one line per fault what is wrong where
 */
export function readConfiguration(args: readonly string[], env: NodeJS.ProcessEnv): Configuration {
  const [path, ...flags] = args;
  if (path === undefined || path.startsWith('-'))
    throw new Error('usage: api <configuration file> [--log-level debug ...]');
  const configuration = convict(schema, { args: [...flags], env });
  try {
    configuration.loadFile(path);
    configuration.validate({ allowed: 'strict' });
  } catch (error) {
    throw new Error(`${path}: ${wordsOf(error)}`, { cause: error });
  }
  return configuration.getProperties();
}
