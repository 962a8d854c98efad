import { readFileSync } from 'node:fs';
import { connectPool, type DatabaseConfiguration } from '@reciprocal-clubs/postgres/connect.js';
import type pg from 'pg';
import type { Logger } from 'winston';
import { PeerConnection } from './fabric/connection.js';
import { LedgerClient, type ChannelChaincode, type Ledger } from './fabric/ledgerClient.js';
import { FieldCipher } from './members/fieldCipher.js';
import { Pseudonyms } from './members/pseudonyms.js';
import { Notifications } from './postgres/notifications.js';
import { secretKey } from './secretKey.js';

/** Where a club's identities, peer, database and secrets are; certificates and keys by path. */
export interface ClubConfiguration {
  readonly id: string;
  readonly mspId: string;
  readonly peer: { readonly address: string; readonly tlsRootCertificate: string };
  readonly client: CredentialPaths;
  /** who signs ballots */
  readonly delegate: CredentialPaths;
  /** the club's own folder */
  readonly secrets: string;
  readonly database: DatabaseConfiguration;
}

interface CredentialPaths {
  readonly certificate: string;
  readonly privateKey: string;
}

/** Everything of one club in this process. */
export interface Club {
  readonly id: string;
  readonly mspId: string;
  readonly pool: pg.Pool;
  readonly notifications: Notifications;
  readonly ledger: { readonly client: Ledger; readonly delegate: Ledger };
  readonly pseudonyms: Pseudonyms;
  readonly secrets: {
    /** ids of what a request makes come from it */
    readonly idempotencyKey: Buffer;
    readonly cursorKey: Buffer;
    readonly tokenKeyFolder: string;
  };
  readonly log: Logger;
  close(): Promise<void>;
}

/** Opens what is there; database and peer may be away, and are tried when they are needed. @throws Error when a file cannot be read */
export function openClub(configuration: ClubConfiguration, at: ChannelChaincode, log: Logger): Club {
  const { id, mspId, peer, secrets, database } = configuration;
  const clubLog = log.child({ club: id });
  const pool = connectPool(database, {
    application: 'api',
    onLost: ({ message }) => clubLog.warn('a connection to the database was lost', { reason: message }),
  });
  const connection = new PeerConnection({ ...peer, tlsRootCertificate: text(peer.tlsRootCertificate) }, mspId);
  const client = ({ certificate, privateKey }: CredentialPaths): LedgerClient =>
    new LedgerClient(connection, { certificate: text(certificate), privateKey: text(privateKey) }, at);
  const notifications = new Notifications(database, clubLog);
  notifications.start();
  return {
    id,
    mspId,
    pool,
    notifications,
    ledger: { client: client(configuration.client), delegate: client(configuration.delegate) },
    pseudonyms: new Pseudonyms(pool, new FieldCipher(secretKey(secrets, 'field.key'))),
    secrets: {
      idempotencyKey: secretKey(secrets, 'idempotency.key'),
      cursorKey: secretKey(secrets, 'cursor.key'),
      tokenKeyFolder: secrets,
    },
    log: clubLog,
    close: async () => {
      await notifications.close();
      connection.close();
      await pool.end();
    },
  };
}

const text = (path: string): string => readFileSync(path, 'utf8');
