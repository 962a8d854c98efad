import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Credentials, PeerAddress } from '@reciprocal-clubs/api/fabric/connection.js';

/** A club as the journey knows it: where its peer is, with which identities it signs, how its peer is stopped and started. */
export interface ClubProfile {
  readonly id: string;
  readonly name: string;
  readonly mspId: string;
  readonly peer: PeerAddress;
  readonly client: Credentials;
  readonly delegate: Credentials;
  readonly admin: Credentials;
  /** the club's own folder for secrets */
  readonly secrets: string;
  /** base address of the club's node */
  readonly api: string;
  /** where the node's events are, and who may read them */
  readonly nats: { readonly server: string; readonly user: string; readonly passwordFile: string };
  /** shell commands; each returns when it is done */
  readonly stopPeer: string;
  readonly startPeer: string;
}

/** All that a journey knows of the network it runs on. */
export interface NetworkProfile {
  readonly name: string;
  readonly channel: string;
  readonly chaincode: string;
  readonly clubs: readonly ClubProfile[];
}

interface CredentialPaths {
  certificate: string;
  privateKey: string;
}

/** The profile as written: certificates and keys by path, relative to the file. */
export interface ProfileFile extends Omit<NetworkProfile, 'clubs'> {
  clubs: (Omit<ClubProfile, 'peer' | 'client' | 'delegate' | 'admin'> & {
    peer: { address: string; tlsRootCertificate: string };
    client: CredentialPaths;
    delegate: CredentialPaths;
    admin: CredentialPaths;
  })[];
}

/** @throws Error when the file or one that it names cannot be read */
export function loadProfile(path: string): NetworkProfile {
  const file = JSON.parse(readFileSync(path, 'utf8')) as ProfileFile;
  const at = (relative: string): string => resolve(dirname(path), relative);
  const text = (relative: string): string => readFileSync(at(relative), 'utf8');
  const credentials = ({ certificate, privateKey }: CredentialPaths): Credentials => ({
    certificate: text(certificate),
    privateKey: text(privateKey),
  });
  return {
    ...file,
    clubs: file.clubs.map((club) => ({
      ...club,
      peer: { address: club.peer.address, tlsRootCertificate: text(club.peer.tlsRootCertificate) },
      client: credentials(club.client),
      delegate: credentials(club.delegate),
      admin: credentials(club.admin),
      secrets: at(club.secrets),
      nats: { ...club.nats, passwordFile: at(club.nats.passwordFile) },
    })),
  };
}
