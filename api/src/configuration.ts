import type { Schema } from 'convict';
import type { ClubConfiguration } from './club.js';
import type { LogLevel } from './log.js';
import { clubs, clubSettings, credentials, file, port, readSettings, sharedSettings } from './settings.js';

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

const club = {
  ...clubSettings('API'),
  port: port('where its API listens'),
  delegate: credentials('accredited delegate'),
  secrets: file("folder of the club's secrets"),
};

const schema: Schema<Configuration> = {
  ...sharedSettings('API'),
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
  clubs: clubs('the clubs that this process serves', club, ['id', 'port']),
};

/** @throws Error that says in one line per fault what is wrong where */
export const readConfiguration = (args: readonly string[], env: NodeJS.ProcessEnv): Configuration =>
  readSettings('api', schema, args, env);
