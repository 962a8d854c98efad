import { clubs, clubSettings, file, port, readSettings, sharedSettings, text } from '@reciprocal-clubs/api/settings.js';
import type { LogLevel } from '@reciprocal-clubs/api/log.js';
import type { DatabaseConfiguration } from '@reciprocal-clubs/postgres/connect.js';
import type { Schema } from 'convict';
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

const club = {
  ...clubSettings('listener'),
  nats: {
    server: text('host:port of NATS'),
    user: text("the listener's user in the club's account"),
    passwordFile: file('holds the password of that user and nothing else'),
  },
};

const schema: Schema<Configuration> = {
  ...sharedSettings('LISTENER'),
  port: { ...port('of health and metrics'), env: 'LISTENER_PORT', arg: 'port' },
  genesisBlock: {
    ...file("the channel's first block, which the club was given to trust in"),
    env: 'LISTENER_GENESIS_BLOCK',
    arg: 'genesis-block',
  },
  standingHeightMs: {
    doc: 'alarm when own transactions are unresolved and no block comes for so many milliseconds',
    format: 'durationMs',
    default: 60_000,
    env: 'LISTENER_STANDING_HEIGHT_MS',
    arg: 'standing-height-ms',
  },
  clubs: clubs('the clubs that this process listens for', club, ['id']),
};

/** @throws Error that says in one line per fault what is wrong where */
export const readConfiguration = (args: readonly string[], env: NodeJS.ProcessEnv): Configuration =>
  readSettings('listener', schema, args, env);
