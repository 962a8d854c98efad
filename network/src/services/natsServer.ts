import { mkdirSync, realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { writeAtOnce } from '../supervisor/dataFolder.js';
import { natsAccount } from './natsAccount.js';
import { secretFile } from './secretFile.js';
import type { ServerRun } from './serverRun.js';

export interface NatsOptions {
  readonly program: string;
  readonly port: number;
  /** what JetStream keeps */
  readonly store: string;
  /** the server's configuration, which holds passwords: its owner's alone. Its process id is written beside it. */
  readonly configuration: string;
  readonly runnerFile: string;
  readonly clubs: readonly {
    readonly id: string;
    readonly passwordFiles: { readonly listener: string; readonly reader: string };
  }[];
}

const maxPayloadBytes = 8 * 2 ** 20;

/** Writes the server's configuration, with an account per club, and says how it is run: on this machine only, by password. */
export function prepareNats(options: NatsOptions): ServerRun {
  const { program, port, store, runnerFile, clubs } = options;
  mkdirSync(dirname(options.configuration), { recursive: true, mode: 0o700 });
  const folder = realpathSync(dirname(options.configuration));
  const configuration = join(folder, basename(options.configuration));
  const pidFile = join(folder, 'nats.pid');
  const accounts = clubs.map(({ id, passwordFiles: { listener, reader } }) => [
    id,
    natsAccount(id, { listener: secretFile(listener), reader: secretFile(reader) }),
  ]);
  const settings = {
    server_name: 'reciprocal-clubs',
    listen: `127.0.0.1:${port}`,
    pid_file: pidFile,
    max_payload: maxPayloadBytes,
    jetstream: {
      store_dir: store,
      // An acknowledged event is on the disk. A stream that lost its end would give the same numbers to later events, and consumers
      // remember where they are by number.
      sync_interval: 'always',
    },
    accounts: Object.fromEntries(accounts) as unknown,
  };
  // NATS reads JSON as it reads its own form.
  writeAtOnce(configuration, `${JSON.stringify(settings, undefined, 2)}\n`);
  return {
    command: program,
    args: ['-c', configuration],
    cwd: folder,
    pidFile,
    mark: configuration,
    stopSignals: ['SIGTERM'],
    runnerFile,
  };
}
