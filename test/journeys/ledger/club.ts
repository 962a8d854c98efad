import { execSync } from 'node:child_process';
import { createHash, X509Certificate } from 'node:crypto';
import { ClubLedger } from '@reciprocal-clubs/api/fabric/clubLedger.js';
import { PeerConnection } from '@reciprocal-clubs/api/fabric/connection.js';
import type { ClubProfile, NetworkProfile } from './profile.js';
import { ClubSecrets } from './secrets.js';

type Role = 'front-desk' | 'secretary' | 'manager' | 'delegate';

/** One club with its own identities on its own peer. */
export class Club {
  readonly id: string;
  readonly name: string;
  readonly secrets: ClubSecrets;
  /** as the club's client certificate */
  readonly ledger: ClubLedger;
  /** as its accredited delegate */
  readonly delegate: ClubLedger;
  readonly #connection: PeerConnection;

  constructor(
    readonly profile: ClubProfile,
    readonly network: NetworkProfile,
  ) {
    this.id = profile.id;
    this.name = profile.name;
    this.secrets = new ClubSecrets(profile.secrets);
    this.#connection = new PeerConnection(profile.peer, profile.mspId);
    this.ledger = new ClubLedger(this.#connection, profile.client, network);
    this.delegate = new ClubLedger(this.#connection, profile.delegate, network);
  }

  /** Somebody of the staff, as an opaque reference. */
  actor(role: Role): { ref: string; role: Role } {
    return { ref: `staff-${role}`, role };
  }

  /** SHA-256 of the delegate's certificate, as the directory entry publishes it. */
  get delegateHash(): string {
    return createHash('sha256').update(new X509Certificate(this.profile.delegate.certificate).raw).digest('hex');
  }

  peerStopped = false;

  stopPeer(): void {
    this.peerStopped = true;
    execSync(this.profile.stopPeer, { stdio: 'pipe' });
  }

  startPeer(): void {
    execSync(this.profile.startPeer, { stdio: 'pipe' });
    this.peerStopped = false;
  }

  async close(): Promise<void> {
    await this.ledger.close();
    await this.delegate.close();
    this.#connection.close();
  }
}
