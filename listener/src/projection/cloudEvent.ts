import type { TellingStep } from './replay.js';

/** CloudEvents 1.0 in JSON, as openapi's webhooks have it. */
export interface CloudEvent {
  readonly specversion: '1.0';
  /** `channel:block:index:n` */
  readonly id: string;
  /** the club that tells */
  readonly source: string;
  readonly type: string;
  /** of the transaction, ISO 8601 */
  readonly time: string;
  readonly datacontenttype: 'application/json';
  /** `kind/id` of the record */
  readonly subject: string;
  readonly data: { readonly block: number; readonly txId: string; readonly record: object };
}

export function cloudEvent(
  { type, write, step, body }: TellingStep,
  record: { kind: string; id: string },
  { channel, club }: { channel: string; club: string },
): CloudEvent {
  const { block, index, txId, timeMs } = step;
  return {
    specversion: '1.0',
    id: `${channel}:${block}:${index}:${write.n}`,
    source: `urn:reciprocal-clubs:${club}`,
    type,
    time: new Date(timeMs).toISOString(),
    datacontenttype: 'application/json',
    subject: `${record.kind}/${record.id}`,
    data: { block, txId, record: body },
  };
}
