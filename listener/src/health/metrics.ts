import { Counter, Gauge, Registry } from 'prom-client';
import type { ListenerState } from '../postgres/listenerState.js';
import type { Counts } from '../postgres/counts.js';

/** What a club is asked for when somebody looks. */
export interface Watched {
  readonly id: string;
  readonly status: ListenerState & { readonly height: number };
  /** since when own transactions are unresolved and no block comes; undefined when that is not so */
  readonly standingSince: Date | undefined;
  /** position of the last event in NATS, as far as this process knows */
  readonly published: number;
  counts(): Promise<Counts>;
  /** of the own peer */
  peerHeight(): Promise<number>;
}

const labelNames = ['club'] as const;

/** The metrics of one process. */
export class Metrics {
  readonly registry = new Registry();
  readonly blocks = this.#counter('listener_blocks_total', 'blocks taken from the peer');
  readonly reconnects = this.#counter('listener_reconnects_total', 'attempts to follow the peer again');
  readonly refused = this.#counter('listener_refused_blocks_total', 'blocks that were none of this channel');
  readonly #height = this.#gauge('listener_height', 'blocks stored');
  readonly #lag = this.#gauge('listener_lag_blocks', 'blocks that the peer has and we have not');
  readonly #following = this.#gauge('listener_following', '1 while the blocks of the peer are followed');
  readonly #halted = this.#gauge('listener_halted', '1 when two blocks of one number were signed');
  readonly #standing = this.#gauge('listener_standing', '1 while own transactions are unresolved and no block comes');
  readonly #quarantined = this.#gauge('listener_quarantined_transactions', 'transactions set aside');
  readonly #diverged = this.#gauge('listener_diverged_transactions', 'of these: halves that differ');
  readonly #policies = this.#gauge('listener_policy_transactions', 'of these: keys with a policy that is not theirs');
  readonly #missing = this.#gauge('listener_missing_transactions', 'transactions without all their private values');
  readonly #backlog = this.#gauge('listener_outbox_backlog', 'events that are not published');

  /** Asks each club, and gives the metrics as Prometheus reads them. What a club cannot say now is left out. */
  async text(clubs: readonly Watched[]): Promise<string> {
    await Promise.all(clubs.map((club) => this.#look(club)));
    return this.registry.metrics();
  }

  async #look(watched: Watched): Promise<void> {
    const club = { club: watched.id };
    const { state, height } = watched.status;
    this.#height.set(club, height);
    this.#following.set(club, state === 'following' ? 1 : 0);
    this.#halted.set(club, state === 'halted' ? 1 : 0);
    this.#standing.set(club, watched.standingSince ? 1 : 0);
    const [counts, peerHeight] = await Promise.allSettled([watched.counts(), watched.peerHeight()]);
    if (counts.status === 'fulfilled') {
      const { quarantined, diverged, policies, missing, events } = counts.value;
      this.#quarantined.set(club, quarantined);
      this.#diverged.set(club, diverged);
      this.#policies.set(club, policies);
      this.#missing.set(club, missing);
      this.#backlog.set(club, Math.max(0, events - watched.published));
    } else {
      for (const gauge of [this.#quarantined, this.#diverged, this.#policies, this.#missing, this.#backlog])
        gauge.remove(club);
    }
    if (peerHeight.status === 'fulfilled') this.#lag.set(club, Math.max(0, peerHeight.value - height));
    else this.#lag.remove(club);
  }

  #gauge(name: string, help: string): Gauge<'club'> {
    return new Gauge({ name, help, labelNames, registers: [this.registry] });
  }

  #counter(name: string, help: string): Counter<'club'> {
    return new Counter({ name, help, labelNames, registers: [this.registry] });
  }
}
