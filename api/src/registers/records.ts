import type pg from 'pg';
import { readRecords, representation } from '../postgres/recordStore.js';
import type { PageRequest } from './page.js';

const afterLast = [Number.MAX_SAFE_INTEGER, 0, ''] as const;

/** A page of one kind's records as the API answers them. Filters are the kind's tags, but `from` and `to`: first and last business date. */
export async function recordPage(
  pool: pg.Pool,
  kind: string,
  { after = afterLast, rows, filters: { from, to, ...tags } }: PageRequest,
): Promise<{ item: object; position: (string | number)[] }[]> {
  const [block, index, id] = after;
  const records = await readRecords(pool, {
    kind,
    tags,
    businessDates: [textOr(from, '0000-00-00'), textOr(to, '9999-99-99')],
    before: [Number(block), Number(index), String(id)],
    rows,
  });
  return records.map((record) => ({
    item: representation(record),
    position: [record.createdBlock, record.createdIndex, record.id],
  }));
}

const textOr = (value: unknown, otherwise: string): string => (typeof value === 'string' ? value : otherwise);
