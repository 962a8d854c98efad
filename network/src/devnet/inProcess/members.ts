/**
 * Clubs that exist in this process only: their certificates, and a consortium of them.
 */
import { createPrivateKey } from 'node:crypto';
import {
  clubOrganization,
  issueOrganization,
  orderingOrganization,
  type Organization,
  type OrganizationKeys,
  type User,
} from '../../certificates/organization.js';
import type { Club, Consortium, OrderingNode } from '../../consortium.js';
import { serializeIdentity } from '../../identity/msp.js';
import type { Signer } from '../client.js';

export const ORDERING_MSP_ID = 'OrderingMSP';
export const CHANNEL = 'clubs';

const ISSUED_AT = new Date('2025-01-01T00:00:00Z');
const PORT = 7051;
const issued = new Map<string, Promise<OrganizationKeys>>();

/** Nothing in it is ever dialled. */
export function consortiumOf(mspIds: readonly string[]): Consortium {
  const node: OrderingNode = { id: 'office', club: undefined, port: PORT, ...organization(ORDERING_MSP_ID) };
  return {
    channel: CHANNEL,
    policies: {
      admins: 'MAJORITY Admins',
      endorsement: 'MAJORITY Endorsement',
      lifecycleEndorsement: 'MAJORITY Endorsement',
    },
    batch: { maxMessages: 500, absoluteMaxBytes: 10_485_760, preferredMaxBytes: 2_097_152, timeoutMs: 50 },
    offsetsEndMs: ISSUED_AT.getTime(),
    clubs: mspIds.map(club),
    orderingNodes: [node],
    devnetNode: node.id,
    services: { postgresPort: PORT, natsPort: PORT, listenerPort: PORT },
  };
}

/** Keys and certificates of clubs and ordering node; those of a name are made once in a process. */
export async function keysOf({ clubs, orderingNodes }: Consortium): Promise<ReadonlyMap<string, OrganizationKeys>> {
  const organizations = [...clubs.map(clubOrganization), ...orderingNodes.map(orderingOrganization)];
  const keys = await Promise.all(organizations.map(async (one) => [one.mspId, await issueOnce(one)] as const));
  return new Map(keys);
}

/** @throws Error when the organization has no such member */
export function signerOf({ organization: { mspId }, node, users }: OrganizationKeys, user: User | 'Node'): Signer {
  const member = user === 'Node' ? node : users.find(({ name }) => name.startsWith(`${user}@`));
  if (!member) throw new Error(`${mspId} has no ${user}`);
  return {
    mspId,
    identity: serializeIdentity(mspId, member.identity.certificate),
    key: createPrivateKey(member.identity.privateKey),
  };
}

function issueOnce(one: Organization): Promise<OrganizationKeys> {
  const name = `${one.kind} ${one.mspId}`;
  const keys = issued.get(name) ?? issueOrganization(one, ISSUED_AT);
  issued.set(name, keys);
  return keys;
}

function club(mspId: string): Club {
  return {
    id: mspId.toLowerCase(),
    legalName: mspId,
    city: 'Nowhere',
    country: 'XX',
    currency: 'XTS',
    ...organization(mspId),
    peerPort: PORT,
    chaincodePort: PORT,
    apiPort: PORT,
    rollHour: 0,
    zone: 'UTC',
    offsets: [{ fromMs: 0, offsetMinutes: 0 }],
  };
}

function organization(mspId: string): Pick<Club, 'mspId' | 'domain' | 'host' | 'hostNames'> {
  return { mspId, domain: `${mspId.toLowerCase()}.example`, host: 'localhost', hostNames: [] };
}
