import type { Logger } from 'winston';
import { clubApp } from './app.js';
import { openClub, type Club } from './club.js';
import { commands } from './commands.js';
import type { Configuration } from './configuration.js';
import { listen, type Listening } from './http/listening.js';
import { CommandDesk } from './operations/commandDesk.js';

/** The clubs of a configuration, each served on its port. */
export interface Node {
  readonly clubs: readonly { readonly id: string; readonly port: number }[];
  /** Takes no more requests, lets those that run finish for `stopMs` at most, and leaves what goes on to the next process. */
  stop(): Promise<void>;
}

/** @throws Error when a file cannot be read or a port cannot be had; nothing is left open then */
export async function startNode(configuration: Configuration, log: Logger): Promise<Node> {
  const served: Served[] = [];
  let isStopping = false;
  const stop = async (): Promise<void> => {
    isStopping = true;
    await Promise.all(served.map((one) => one.stop(configuration.stopMs)));
  };
  try {
    for (const club of configuration.clubs) {
      served.push(await serve(openClub(club, configuration, log), club.port, configuration, () => isStopping));
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return { clubs: served.map(({ id, port }) => ({ id, port })), stop };
}

interface Served {
  readonly id: string;
  readonly port: number;
  stop(patienceMs: number): Promise<void>;
}

async function serve(
  club: Club,
  port: number,
  configuration: Configuration,
  isStopping: () => boolean,
): Promise<Served> {
  const desk = new CommandDesk(club, commands);
  const close = async (listening?: Listening, patienceMs = 0): Promise<void> => {
    await listening?.stop(patienceMs);
    await desk.close();
    await club.close();
  };
  try {
    const { host, channel, validateResponses } = configuration;
    const app = await clubApp(club, desk, { channel, validateResponses, isStopping });
    const listening = await listen(app, { host, port });
    desk.start();
    return { id: club.id, port: listening.port, stop: (patienceMs) => close(listening, patienceMs) };
  } catch (error) {
    await close();
    throw error;
  }
}
