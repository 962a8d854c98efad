/** What the configurations of the node's programs are made of. */
import { existsSync } from 'node:fs';
import convict, { type Schema } from 'convict';
import { logLevels } from './log.js';

convict.addFormats({
  text: { validate: (value: unknown) => require(typeof value === 'string' && value !== '', 'must be a text') },
  readable: {
    validate: (value: unknown) => {
      const isThere = typeof value === 'string' && value !== '' && existsSync(value);
      require(isThere, 'must be the path of something that is there');
    },
  },
  tcpPort: {
    // The environment and flags give texts.
    coerce: Number,
    validate: (value: unknown) =>
      require(Number.isInteger(value) && Number(value) > 0 && Number(value) < 65_536, 'must be a port from 1 to 65535'),
  },
  durationMs: {
    coerce: Number,
    validate: (value: unknown) =>
      require(Number.isSafeInteger(value) && Number(value) > 0, 'must be a whole number of milliseconds'),
  },
});

function require(holds: boolean, rule: string): void {
  if (!holds) throw new Error(rule);
}

export const text = (doc: string) => ({ doc, format: 'text', default: '' });
export const file = (doc: string) => ({ doc, format: 'readable', default: '' });
export const port = (doc: string) => ({ doc, format: 'tcpPort', default: 0 });

/** @param whose certificate and key */
export const credentials = (whose: string) => ({
  certificate: file(`certificate of the club's ${whose}, PEM`),
  privateKey: file('its private key, PEM'),
});

/** What every program is told of a club. @param program whose role in Postgres it is */
export const clubSettings = (program: string) => ({
  id: text('slug of the club in the consortium'),
  mspId: text('MSP id of its organisation'),
  peer: {
    address: text("host:port of the club's own peer"),
    tlsRootCertificate: file('of the authority that certified the peer for TLS, PEM'),
  },
  client: credentials('client'),
  database: {
    host: text('host of Postgres'),
    port: port('of Postgres'),
    name: text('of the database'),
    user: text(`the ${program}'s role in it`),
    passwordFile: file('holds the password of that role and nothing else'),
    tls: { doc: 'talk TLS to Postgres', format: Boolean, default: false },
  },
});

/** What every program is told. @param prefix of its names in the environment */
export const sharedSettings = (prefix: string) => ({
  host: { ...text('address to listen at'), default: '127.0.0.1', env: `${prefix}_HOST`, arg: 'host' },
  channel: { ...text('of the consortium'), default: 'clubs', env: `${prefix}_CHANNEL`, arg: 'channel' },
  chaincode: {
    ...text('name of the contracts on the channel'),
    default: 'clubs',
    env: `${prefix}_CHAINCODE`,
    arg: 'chaincode',
  },
  logLevel: {
    doc: 'least important level to log',
    format: [...logLevels],
    default: 'info' as const,
    env: `${prefix}_LOG_LEVEL`,
    arg: 'log-level',
  },
});

/** A list of clubs, each as the schema says. @param distinct fields of which no two clubs have the same value */
export const clubs = (doc: string, schema: object, distinct: readonly string[]) => ({
  doc,
  format: (value: unknown) => validateClubs(value, schema, distinct),
  default: [],
});

function validateClubs(value: unknown, schema: object, distinct: readonly string[]): void {
  require(Array.isArray(value) && value.length > 0, 'must name at least one club');
  const list = value as Record<string, unknown>[];
  for (const [index, club] of list.entries()) {
    try {
      convict(schema, { args: [], env: {} }).load(club).validate({ allowed: 'strict' });
    } catch (error) {
      throw new Error(`[${index}] ${wordsOf(error)}`, { cause: error });
    }
  }
  for (const field of distinct) {
    const isDistinct = new Set(list.map((club) => club[field])).size === list.length;
    require(isDistinct, `must not ${field === 'id' ? 'name a club twice: two have' : 'give two clubs'} one ${field}`);
  }
}

/** Without the whole clubs that convict adds, on one line. */
const wordsOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).replaceAll(/: value was [[{].*$/gm, '');

/**
 * What a program is to do: defaults, then the file, then the environment, then flags. All of it is checked.
 *
 * @param args of the command line: the file, and flags
 * @throws Error that says in one line per fault what is wrong where
 */
export function readSettings<Configuration>(
  program: string,
  schema: Schema<Configuration>,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Configuration {
  const [path, ...flags] = args;
  if (path === undefined || path.startsWith('-'))
    throw new Error(`usage: ${program} <configuration file> [--log-level debug ...]`);
  const settings = convict(schema, { args: [...flags], env });
  try {
    settings.loadFile(path);
    settings.validate({ allowed: 'strict' });
  } catch (error) {
    throw new Error(`${path}: ${wordsOf(error)}`, { cause: error });
  }
  return settings.getProperties();
}
