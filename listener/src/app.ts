import type { Logger } from 'winston';
import { ClubListener } from './clubListener.js';
import type { Configuration } from './configuration.js';
import { serveHealth } from './health/healthServer.js';
import { Metrics } from './health/metrics.js';

export interface RunningListener {
  /** of health and metrics */
  readonly port: number;
  /** Rejects when something failed that nobody foresaw. */
  readonly ended: Promise<unknown>;
  /** Finishes the block and the event in hand of each club. */
  stop(): Promise<void>;
}

/** Starts listening for each club, none of which waits for another. @throws Error when a file cannot be read or the port is taken */
export async function startListener(configuration: Configuration, log: Logger): Promise<RunningListener> {
  const metrics = new Metrics();
  const clubs = configuration.clubs.map(
    (club) => new ClubListener(club, configuration, metrics, log.child({ club: club.id })),
  );
  const health = await serveHealth(configuration, clubs, metrics);
  const end = new AbortController();
  const ended = Promise.all(clubs.map((club) => club.run(end.signal)));
  return {
    port: health.port,
    ended,
    stop: async () => {
      end.abort();
      await ended;
      await health.stop();
    },
  };
}
