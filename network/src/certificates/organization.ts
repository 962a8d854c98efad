/**
 * The certificates of one organization: a club's (peer, clients) or an ordering organization's (ordering node).
 */
import type { Club, Consortium, OrderingNode } from '../consortium.js';
import type { MspDefinition, Role } from '../identity/msp.js';
import { Authority, validityAt, type Credentials } from './authority.js';

export interface Organization {
  readonly kind: 'peer' | 'orderer';
  readonly mspId: string;
  readonly domain: string;
  /** Names and addresses on the TLS certificates. */
  readonly hosts: readonly string[];
}

export interface Member {
  readonly name: string;
  readonly role: Role;
  readonly identity: Credentials;
}

export type User = 'Admin' | 'Client' | 'Delegate';

export interface OrganizationKeys {
  readonly organization: Organization;
  readonly authority: Credentials;
  readonly tlsAuthority: Credentials;
  /** The peer or the ordering node. */
  readonly node: Member & { readonly tls: Credentials };
  /** `Client` signs the club's business, `Delegate` its ballots; ordering organizations have an `Admin` only. */
  readonly users: readonly Member[];
}

const ROLES = ['client', 'peer', 'admin', 'orderer'] as const;
const LOOPBACK = ['localhost', '127.0.0.1'] as const;

/** All organizations of a consortium, clubs first. */
export function organizationsOf(consortium: Consortium): Organization[] {
  return [...consortium.clubs.map(clubOrganization), ...consortium.orderingNodes.map(orderingOrganization)];
}

export function clubOrganization({ mspId, domain, host, hostNames }: Club): Organization {
  return { kind: 'peer', mspId, domain, hosts: [...new Set([...LOOPBACK, host, ...hostNames])] };
}

export function orderingOrganization({ mspId, domain, host, hostNames }: OrderingNode): Organization {
  return { kind: 'orderer', mspId, domain, hosts: [...new Set([...LOOPBACK, host, ...hostNames])] };
}

export function nodeName({ kind, domain }: Organization): string {
  return kind === 'peer' ? `peer0.${domain}` : `orderer.${domain}`;
}

export function userName({ domain }: Organization, user: User): string {
  return `${user}@${domain}`;
}

/** New keys and certificates for everyone in the organization. */
export async function issueOrganization(organization: Organization, now: Date): Promise<OrganizationKeys> {
  const { kind, domain } = organization;
  const validity = validityAt(now);
  const authority = await Authority.create(`ca.${domain}`, domain, validity);
  const tlsAuthority = await Authority.create(`tlsca.${domain}`, domain, validity);
  const member = async (name: string, role: Role): Promise<Member> => ({
    name,
    role,
    identity: await authority.issueIdentity(name, role),
  });
  const user = async (name: User, role: Role): Promise<Member> => member(userName(organization, name), role);
  const business = kind === 'peer' ? [await user('Client', 'client'), await user('Delegate', 'client')] : [];
  const node = await member(nodeName(organization), kind);
  return {
    organization,
    authority: authority.credentials,
    tlsAuthority: tlsAuthority.credentials,
    node: { ...node, tls: await tlsAuthority.issueTls(node.name, organization.hosts) },
    users: [await user('Admin', 'admin'), ...business],
  };
}

/** What others need of an organization: to recognise its members, and to know its node when it orders. */
export interface PublicOrganization {
  readonly msp: MspDefinition;
  /** PEM, of the peer or the ordering node. */
  readonly nodeCertificate: string;
  readonly nodeTlsCertificate: string;
}

export function publicPart({ organization, authority, tlsAuthority, node }: OrganizationKeys): PublicOrganization {
  return publicOrganization(organization.mspId, {
    authority: authority.certificate,
    tlsAuthority: tlsAuthority.certificate,
    nodeCertificate: node.identity.certificate,
    nodeTlsCertificate: node.tls.certificate,
  });
}

/** @param pem the certificates as text */
export function publicOrganization(
  mspId: string,
  pem: { authority: string; tlsAuthority: string; nodeCertificate: string; nodeTlsCertificate: string },
): PublicOrganization {
  return {
    msp: {
      mspId,
      rootCertificates: [pem.authority],
      intermediateCertificates: [],
      tlsRootCertificates: [pem.tlsAuthority],
      nodeOus: ROLES.map((role) => ({ role, organizationalUnit: role, issuer: pem.authority })),
    },
    nodeCertificate: pem.nodeCertificate,
    nodeTlsCertificate: pem.nodeTlsCertificate,
  };
}
