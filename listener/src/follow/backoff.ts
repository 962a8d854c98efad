import { setTimeout as delay } from 'node:timers/promises';

export interface BackoffLimits {
  readonly firstMs: number;
  readonly lastMs: number;
}

const standard: BackoffLimits = { firstMs: 100, lastMs: 10_000 };

/** Pauses between attempts, each twice as long as the one before, with chance: not everybody comes back at once. */
export class Backoff {
  #nextMs: number;

  constructor(private readonly limits: BackoffLimits = standard) {
    this.#nextMs = limits.firstMs;
  }

  /** It worked: the next pause is the first again. */
  reset(): void {
    this.#nextMs = this.limits.firstMs;
  }

  /** Returns early when the signal aborts. */
  async pause(signal: AbortSignal): Promise<void> {
    const pauseMs = this.#nextMs * (0.5 + Math.random() / 2);
    this.#nextMs = Math.min(this.#nextMs * 2, this.limits.lastMs);
    await pause(pauseMs, signal);
  }
}

/** Returns early when the signal aborts. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => {});
}
