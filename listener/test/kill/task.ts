import type { DatabaseConfiguration } from '@reciprocal-clubs/postgres/connect.js';
import type { NatsConfiguration } from '../../src/nats/connectNats.js';

export const points = [
  'before the transaction commits',
  'after the transaction committed',
  'before an event is published',
  'after an event was published',
] as const;

/** What a listener that is to be killed is told. */
export interface Task {
  readonly point: (typeof points)[number];
  readonly club: { readonly id: string; readonly mspId: string; readonly channel: string };
  readonly peer: { readonly address: string; readonly tlsRootCertificate: string };
  readonly credentials: { readonly certificate: string; readonly privateKey: string };
  readonly database: DatabaseConfiguration;
  readonly nats: NatsConfiguration;
  /** base64 */
  readonly genesisBlock: string;
  /** blocks after which it is done */
  readonly height: number;
}
