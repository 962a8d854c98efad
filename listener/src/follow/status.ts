import type { Pool } from 'pg';
import { writeState, type ListenerState, type State } from '../postgres/listenerState.js';

/** What the listener says of one club: to whoever asks the process, and in the club's database for whoever asks that. */
export class Status implements ListenerState {
  state: State = 'starting';
  reason = '';
  since = new Date();
  /** number of blocks stored */
  height = 0;
  #isWritten = false;

  constructor(private readonly pool: Pool) {}

  /** A database that cannot be reached is told the next time. */
  async set(state: State, reason = ''): Promise<void> {
    if (this.state !== state || this.reason !== reason) {
      this.state = state;
      this.reason = reason;
      this.since = new Date();
      this.#isWritten = false;
    }
    if (!this.#isWritten) this.#isWritten = await this.#write();
  }

  async #write(): Promise<boolean> {
    try {
      await writeState(this.pool, this.state, this.reason);
      return true;
    } catch {
      return false;
    }
  }

  get isWritten(): boolean {
    return this.#isWritten;
  }
}
