import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { issueOrganization, organizationsOf } from '@reciprocal-clubs/network/certificates/organization.js';
import { consortiumOf } from '@reciprocal-clubs/network/test/consortiumOf.js';
import { freePort } from '@reciprocal-clubs/network/test/services/freePort.js';
import { clubDatabase, type ClubDatabase } from '@reciprocal-clubs/postgres/test/postgresForTests.js';

export interface Configured {
  /** of the configuration */
  readonly path: string;
  readonly clubs: readonly { readonly id: string; readonly port: number; readonly secrets: string }[];
  remove(): Promise<void>;
}

/** What the start program makes for the API: a configuration, certificates, databases. No peer listens at the peers' addresses. */
export async function configured(ids: readonly string[]): Promise<Configured> {
  const folder = mkdtempSync(join(tmpdir(), 'configured-'));
  const write = (club: string, name: string, text: string): string => {
    const path = join(folder, club, name);
    writeFileSync(path, text);
    return path;
  };
  const databases: ClubDatabase[] = [];
  const clubs = [];
  const consortium = consortiumOf(3);
  const now = new Date();
  for (const { id, mspId } of consortium.clubs.filter((club) => ids.includes(club.id))) {
    mkdirSync(join(folder, id, 'secrets'), { recursive: true });
    const organization = organizationsOf(consortium).find((one) => one.mspId === mspId);
    if (!organization) throw new Error(`no organization ${mspId}`);
    const keys = await issueOrganization(organization, now);
    const credentials = (name: string): object => {
      const user = keys.users.find((one) => one.name.startsWith(name));
      if (!user) throw new Error(`no ${name}`);
      return {
        certificate: write(id, `${name}.pem`, user.identity.certificate),
        privateKey: write(id, `${name}.key`, user.identity.privateKey),
      };
    };
    const database = await clubDatabase(id);
    databases.push(database);
    clubs.push({
      id,
      mspId,
      port: await freePort(),
      peer: {
        address: `127.0.0.1:${await freePort()}`,
        tlsRootCertificate: write(id, 'tls-ca.pem', keys.tlsAuthority.certificate),
      },
      client: credentials('Client'),
      delegate: credentials('Delegate'),
      secrets: join(folder, id, 'secrets'),
      database: database.api,
    });
  }
  const path = join(folder, 'api.json');
  writeFileSync(path, JSON.stringify({ clubs, stopMs: 5_000 }));
  return {
    path,
    clubs,
    remove: async () => {
      for (const database of databases) await database.drop();
      rmSync(folder, { recursive: true });
    },
  };
}
