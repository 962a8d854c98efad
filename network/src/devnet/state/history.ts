import type { Version } from '../../blocks/rwset.js';

/** Which transactions wrote each public key. */
export class History {
  /** Block numbers and transaction indexes in turn, oldest first. */
  readonly #writes = new Map<string, number[]>();

  record(namespace: string, key: string, { blockNumber, txIndex }: Version): void {
    const name = `${namespace}\0${key}`;
    const writes = this.#writes.get(name);
    if (!writes) this.#writes.set(name, [blockNumber, txIndex]);
    else if (writes.at(-2) !== blockNumber || writes.at(-1) !== txIndex) writes.push(blockNumber, txIndex);
  }

  /** Newest first, of the blocks below the height. */
  of(namespace: string, key: string, height: number): Version[] {
    const writes = this.#writes.get(`${namespace}\0${key}`) ?? [];
    const versions: Version[] = [];
    for (let index = writes.length - 2; index >= 0; index -= 2) {
      const [blockNumber = 0, txIndex = 0] = writes.slice(index, index + 2);
      if (blockNumber < height) versions.push({ blockNumber, txIndex });
    }
    return versions;
  }
}
