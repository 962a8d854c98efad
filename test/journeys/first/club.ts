import { execSync } from 'node:child_process';
import { createHash, X509Certificate } from 'node:crypto';
import { issueToken } from '@reciprocal-clubs/api/http/issueToken.js';
import { businessDate } from '@reciprocal-clubs/chaincode/clubs/businessDate.js';
import { createClubClient, type ClubClient } from '@reciprocal-clubs/openapi/client.js';
import { Inbox } from './inbox.js';
import { requests } from './narrator.js';
import type { ClubProfile, NetworkProfile } from './profile.js';

const roles = ['front-desk', 'secretary', 'manager', 'delegate', 'auditor'] as const;

export type Role = (typeof roles)[number];

/** One club's software: it calls its own node, and hears the node's events. */
export class Club {
  readonly id: string;
  readonly name: string;
  peerStopped = false;

  private constructor(
    readonly profile: ClubProfile,
    readonly network: NetworkProfile,
    private events: Inbox,
    private readonly clients: ReadonlyMap<Role, ClubClient>,
  ) {
    this.id = profile.id;
    this.name = profile.name;
  }

  static async open(profile: ClubProfile, network: NetworkProfile): Promise<Club> {
    const clients = new Map<Role, ClubClient>();
    for (const role of roles) clients.set(role, await clientOf(profile, role));
    return new Club(profile, network, await Inbox.open(profile), clients);
  }

  /** The node's API, called by a member of the staff who has this role. */
  as(role: Role): ClubClient {
    const client = this.clients.get(role);
    if (!client) throw new Error(`nobody here is ${role}`);
    return client;
  }

  /** The events of the club's node since it was opened, or connected anew. */
  get inbox(): Inbox {
    return this.events;
  }

  /** For a NATS that holds nothing of before. */
  async reconnect(): Promise<void> {
    await this.events.close();
    this.events = await Inbox.open(this.profile);
  }

  /** SHA-256 of the delegate's certificate, as the directory entry publishes it. */
  get delegateHash(): string {
    return createHash('sha256').update(new X509Certificate(this.profile.delegate.certificate).raw).digest('hex');
  }

  /** The club's business date of now. */
  async today(): Promise<string> {
    const { data } = await this.as('front-desk').GET('/clubs/{clubId}', { params: { path: { clubId: this.id } } });
    if (!data) throw new Error(`${this.name} does not know itself`);
    return businessDate({ v: 1, ...data }, Date.now());
  }

  stopPeer(): void {
    this.peerStopped = true;
    execSync(this.profile.stopPeer, { stdio: 'pipe' });
  }

  startPeer(): void {
    execSync(this.profile.startPeer, { stdio: 'pipe' });
    this.peerStopped = false;
  }

  async close(): Promise<void> {
    await this.inbox.close();
  }
}

async function clientOf({ id, secrets, api }: ClubProfile, role: Role): Promise<ClubClient> {
  const token = await issueToken({ folder: secrets, clubId: id, subject: `staff-${role}`, roles: [role], hours: 24 });
  const client = createClubClient({ baseUrl: api, token });
  const bodies = new Map<string, string>();
  client.use({
    async onRequest({ id: call, request }) {
      bodies.set(call, await request.clone().text());
    },
    onResponse({ id: call, request, response }) {
      requests.set(response, `${request.method} ${request.url} as ${role} ${bodies.get(call) ?? ''}`.trimEnd());
      bodies.delete(call);
    },
  });
  return client;
}
