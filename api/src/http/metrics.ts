import type pg from 'pg';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';

interface Answered {
  readonly method: string;
  /** as the document has it, never as it was called */
  readonly route: string;
  readonly status: number | string;
  readonly code: string | undefined;
  readonly ms: number;
}

const methods: ReadonlySet<string> = new Set(['GET', 'POST']);

/** One club's measurements. What concerns the process stands in prom-client's own registry, and is shown beside them. */
export class ClubMetrics {
  readonly registry = new Registry();
  readonly #durations: Histogram<'method' | 'route' | 'status'>;
  readonly #problems: Counter<'code'>;

  constructor(club: {
    readonly pool: Pick<pg.Pool, 'totalCount' | 'idleCount' | 'waitingCount'>;
    readonly notifications: { readonly height: number };
  }) {
    const registers = [this.registry];
    this.#durations = new Histogram({
      name: 'http_request_duration_seconds',
      help: 'Time from a request to the end of its answer.',
      labelNames: ['method', 'route', 'status'],
      buckets: [0.005, 0.02, 0.1, 0.5, 1, 2, 5, 15, 30],
      registers,
    });
    this.#problems = new Counter({
      name: 'http_problems_total',
      help: 'Problems answered.',
      labelNames: ['code'],
      registers,
    });
    const gauge = (name: string, help: string, read: () => number): Gauge =>
      new Gauge({
        name,
        help,
        registers,
        collect() {
          this.set(read());
        },
      });
    gauge('read_model_height_blocks', 'Blocks that the read model has.', () => club.notifications.height);
    gauge('database_connections', 'Connections to the database.', () => club.pool.totalCount);
    gauge('database_connections_idle', 'Those that nobody uses.', () => club.pool.idleCount);
    gauge('database_waiting', 'Queries that wait for a connection.', () => club.pool.waitingCount);
  }

  answered({ method, route, status, code, ms }: Answered): void {
    this.#durations.observe({ method: methods.has(method) ? method : 'other', route, status }, ms / 1000);
    if (code !== undefined) this.#problems.inc({ code });
  }
}
