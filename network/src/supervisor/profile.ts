import { relative } from 'node:path';
import type { Consortium } from '../consortium.js';
import { inShell, writeAtOnce, type DataFolder } from './dataFolder.js';
import { natsUser } from './natsPlan.js';

/**
 * Writes what a journey needs to know of this network: addresses, roots, identities, each club's API and events, and how a club's peer is
 * stopped and started.
 * Paths are relative to the file.
 */
export function writeProfile(
  data: DataFolder,
  { channel, clubs }: Consortium,
  chaincode: string,
  control: readonly string[],
): void {
  const path = (absolute: string): string => relative(data.path, absolute);
  const command = (...words: string[]): string => [...control, ...words].map(inShell).join(' ');
  const profile = {
    name: 'devnet',
    channel,
    chaincode,
    clubs: clubs.map((club) => {
      const keys = data.clubKeys(club);
      const reader = natsUser(data, club, 'reader');
      const credentials = (user: 'Client' | 'Delegate' | 'Admin') => {
        const { certificate, privateKey } = keys.user(user);
        return { certificate: path(certificate), privateKey: path(privateKey) };
      };
      return {
        id: club.id,
        name: club.legalName,
        mspId: club.mspId,
        peer: { address: `${club.host}:${club.peerPort}`, tlsRootCertificate: path(keys.tlsAuthority) },
        client: credentials('Client'),
        delegate: credentials('Delegate'),
        admin: credentials('Admin'),
        secrets: path(data.secrets(club)),
        api: `http://127.0.0.1:${club.apiPort}`,
        nats: { ...reader, passwordFile: path(reader.passwordFile) },
        stopPeer: command('stop', peerName(club.id)),
        startPeer: command('start', peerName(club.id)),
      };
    }),
  };
  writeAtOnce(data.profile, `${JSON.stringify(profile, undefined, 2)}\n`);
}

export const peerName = (clubId: string): string => `${clubId}-peer`;
export const chaincodeName = (clubId: string): string => `${clubId}-chaincode`;
