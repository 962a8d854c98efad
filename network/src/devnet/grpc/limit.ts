/**
 * How many calls of a service may be under way at once.
 */
export class Limit {
  readonly #service: string;
  readonly #max: number;
  #running = 0;

  constructor(service: string, max: number) {
    this.#service = service;
    this.#max = max;
  }

  /** @throws Error in Fabric's words when there are too many already */
  async run<Value>(call: () => Promise<Value>): Promise<Value> {
    if (this.#running >= this.#max)
      throw new Error(`too many requests for ${this.#service}, exceeding concurrency limit (${this.#max})`);
    this.#running++;
    try {
      return await call();
    } finally {
      this.#running--;
    }
  }
}
