/** A real nats-server for tests, with the accounts that a start makes, on a port of its own. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { natsAnswers } from '../../src/services/answers.js';
import { findNats } from '../../src/services/findNats.js';
import { natsUsers } from '../../src/services/natsAccount.js';
import { prepareNats } from '../../src/services/natsServer.js';
import { secretFile } from '../../src/services/secretFile.js';
import { serverPlan } from '../../src/services/serverPlan.js';
import { ManagedProcess } from '../../src/supervisor/managedProcess.js';
import { freePort } from './freePort.js';

/** How a user reaches the server, as a listener's configuration has it. */
export interface NatsUser {
  /** host:port */
  readonly server: string;
  readonly user: string;
  readonly passwordFile: string;
}

export interface NatsForTests {
  readonly port: number;
  /** process id of the runner; the server itself is its child */
  readonly pid: () => number | undefined;
  listener(clubId: string): NatsUser;
  reader(clubId: string): NatsUser;
  /** Away until `start`. What was published stays. */
  stop(): Promise<void>;
  start(): Promise<void>;
  restart(): Promise<void>;
  /** Stops it, throws away everything that was published, starts it. */
  wipe(): Promise<void>;
  /** Stops it for good. Call it in `after`. */
  dispose(): Promise<void>;
}

export async function natsForTests(
  clubIds: readonly string[] = ['harbour', 'stjulians', 'orchard'],
): Promise<NatsForTests> {
  const folder = mkdtempSync(join(tmpdir(), 'clubs-nats-'));
  const store = join(folder, 'store');
  const port = await freePort();
  const passwordFile = (user: string): string => join(folder, `${user}.password`);
  const run = prepareNats({
    program: await findNats(process.env, () => {}),
    ...{ port, store, configuration: join(folder, 'nats.conf'), runnerFile: join(folder, 'nats.runner') },
    clubs: clubIds.map((id) => ({
      id,
      passwordFiles: {
        listener: passwordFile(natsUsers(id).listener),
        reader: passwordFile(natsUsers(id).reader),
      },
    })),
  });
  const first = natsUsers(clubIds[0] ?? '').reader;
  const server = new ManagedProcess(
    serverPlan({
      ...{ name: 'nats', role: 'NATS', port, run },
      configuration: join(folder, 'nats.json'),
      log: join(folder, 'nats.log'),
      answers: () => natsAnswers(port, first, secretFile(passwordFile(first))),
    }),
    () => {},
  );
  const user = (name: string): NatsUser => ({
    server: `127.0.0.1:${port}`,
    user: name,
    passwordFile: passwordFile(name),
  });
  const restart = async (between: () => void): Promise<void> => {
    await server.stop();
    between();
    await server.start();
  };
  const dispose = async (): Promise<void> => {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await server.start();
  } catch (error) {
    await dispose();
    throw error;
  }
  return {
    port,
    pid: () => server.pid,
    listener: (clubId) => user(natsUsers(clubId).listener),
    reader: (clubId) => user(natsUsers(clubId).reader),
    stop: () => server.stop(),
    start: () => server.start(),
    restart: () => restart(() => {}),
    wipe: () => restart(() => rmSync(store, { recursive: true, force: true })),
    dispose,
  };
}
