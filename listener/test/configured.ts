import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@reciprocal-clubs/network/test/services/freePort.js';
import type { NatsForTests } from '@reciprocal-clubs/network/test/services/natsForTests.js';
import { clubDatabase, type ClubDatabase } from '@reciprocal-clubs/postgres/test/postgresForTests.js';
import type { Configuration } from '../src/configuration.js';
import { servePeer, type ServedPeer } from './fabric/servedPeer.js';
import { mspIds, type ClubId, type World } from './world.js';

/** A configuration file as a start writes it, and everything that it names. */
export interface Configured {
  readonly path: string;
  readonly configuration: Configuration;
  readonly peers: ReadonlyMap<ClubId, ServedPeer>;
  readonly databases: ReadonlyMap<ClubId, ClubDatabase>;
  dispose(): Promise<void>;
}

export async function configured(world: World, nats: NatsForTests, clubs: readonly ClubId[]): Promise<Configured> {
  const folder = mkdtempSync(join(tmpdir(), 'listener-'));
  const write = (name: string, content: string | Buffer): string => {
    const path = join(folder, name);
    writeFileSync(path, content);
    return path;
  };
  const peers = new Map<ClubId, ServedPeer>();
  const databases = new Map<ClubId, ClubDatabase>();
  const of = async (id: ClubId) => {
    const peer = await servePeer(world, id);
    const database = await clubDatabase(id);
    peers.set(id, peer);
    databases.set(id, database);
    return {
      id,
      mspId: mspIds[id],
      peer: {
        address: `localhost:${peer.port}`,
        tlsRootCertificate: write(`${id}-tls.pem`, peer.tlsRootCertificate),
      },
      client: {
        certificate: write(`${id}-client.pem`, peer.credentials.certificate),
        privateKey: write(`${id}-client.key`, peer.credentials.privateKey),
      },
      database: database.listener,
      nats: nats.listener(id),
    };
  };
  const configuration: Configuration = {
    host: '127.0.0.1',
    port: await freePort(),
    channel: world.network.channel,
    chaincode: 'clubs',
    genesisBlock: write('genesis.block', world.genesisBlock),
    standingHeightMs: 60_000,
    logLevel: 'info',
    clubs: await Promise.all(clubs.map(of)),
  };
  return {
    path: write('listener.json', JSON.stringify(configuration)),
    configuration,
    peers,
    databases,
    dispose: async () => {
      await Promise.all([...peers.values()].map((peer) => peer.stop()));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
