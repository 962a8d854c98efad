import type { RouteRequest } from '../http/route.js';
import { Cursors, type Position } from './cursor.js';

export interface Page<Item> {
  readonly items: readonly Item[];
  /** cursor of the next page */
  readonly next: string | null;
}

/** What a register's query needs to answer one page. */
export interface PageRequest {
  /** of the item after which the page begins; undefined: from the newest on */
  readonly after: Position | undefined;
  /** one more than the page holds: whether there is another page */
  readonly rows: number;
  readonly filters: Readonly<Record<string, unknown>>;
}

interface Placed<Item> {
  readonly item: Item;
  readonly position: Position;
}

/**
 * One page of a register.
 *
 * @param read gives up to `rows` items after a position, newest first
 * @throws ProblemError CURSOR_INVALID
 */
export async function readPage<Item>(
  register: string,
  { query: { limit, cursor, ...filters } }: Pick<RouteRequest, 'query'>,
  cursorKey: Buffer,
  read: (request: PageRequest) => Promise<readonly Placed<Item>[]>,
): Promise<Page<Item>> {
  const cursors = new Cursors(cursorKey, [register, filters]);
  const size = Number(limit);
  const after = typeof cursor === 'string' ? cursors.read(cursor) : undefined;
  const rows = await read({ after, rows: size + 1, filters });
  const shown = rows.slice(0, size);
  const last = shown.at(-1);
  return {
    items: shown.map(({ item }) => item),
    next: last && rows.length > size ? cursors.write(last.position) : null,
  };
}
