/**
 * One organization's membership service provider (MSP): which certificates are its members, and in what role.
 */
import type { X509Certificate } from 'node:crypto';
import { certificateFromPem, organizationalUnits } from './certificate.js';

export type Role = 'client' | 'peer' | 'admin' | 'orderer';

/** The organizational unit that stands for a role, as `NodeOUs` of an MSP's config.yaml has it. */
export interface NodeOu {
  role: Role;
  organizationalUnit: string;
  /** PEM; when present, only certificates that this authority issued have the role. */
  issuer?: string;
}

/** Certificates are PEM. */
export interface MspDefinition {
  mspId: string;
  rootCertificates: readonly string[];
  intermediateCertificates: readonly string[];
  tlsRootCertificates: readonly string[];
  nodeOus: readonly NodeOu[];
}

/**
 * Decides as Fabric's MSP does (msp/mspimplvalidate.go), which takes the certification path as of one second after the
 * certificate begins: **no clock is read here**, so that an old block is judged the same on every replay. Whether a
 * certificate has expired is asked only where a client is at the door (endorsement, broadcast, deliver).
 */
export class Membership {
  readonly mspId: string;
  readonly #authorities: readonly X509Certificate[];
  readonly #parentsOfAuthorities: ReadonlySet<X509Certificate>;
  readonly #nodeOus: readonly { role: Role; organizationalUnit: string; issuer: X509Certificate | undefined }[];

  /** @throws Error when an authority is no CA certificate, or an intermediate one was not issued by another authority */
  constructor(definition: MspDefinition) {
    this.mspId = definition.mspId;
    const intermediates = definition.intermediateCertificates.map(certificateFromPem);
    this.#authorities = [...definition.rootCertificates.map(certificateFromPem), ...intermediates];
    if (!this.#authorities.every((authority) => authority.ca))
      throw new Error(`CA Certificate did not have the CA attribute, MSP: [${this.mspId}]`);
    this.#parentsOfAuthorities = new Set(intermediates.flatMap((certificate) => this.#path(certificate)));
    this.#nodeOus = definition.nodeOus.map(({ role, organizationalUnit, issuer }) => ({
      role,
      organizationalUnit,
      issuer: issuer === undefined ? undefined : certificateFromPem(issuer),
    }));
  }

  /** @throws Error, in Fabric's words where it has words, when the certificate is not a member's */
  role(certificate: X509Certificate): Role {
    if (certificate.ca)
      throw new Error(
        'An X509 certificate with Basic Constraint: Certificate Authority equals true cannot be used as an identity',
      );
    const issuer = this.#path(certificate)[0];
    if (issuer === undefined || this.#parentsOfAuthorities.has(issuer))
      throw new Error('invalid validation chain. Parent certificate should be a leaf of the certification tree');
    return this.#roleByUnit(certificate, issuer);
  }

  /** The authorities above the certificate, its issuer first, a root last. */
  #path(certificate: X509Certificate): X509Certificate[] {
    const at = certificate.validFromDate.getTime() + 1000;
    const path: X509Certificate[] = [];
    let current = certificate;
    for (;;) {
      if (!isValidAt(current, at)) throw new Error('certificate has expired or is not yet valid');
      const issuer = this.#authorities.find((authority) => issued(authority, current));
      if (!issuer || path.includes(issuer)) {
        if (path.at(-1) === current && issuer === current) return path;
        throw new Error('the supplied identity is not valid: certificate signed by unknown authority');
      }
      path.push(issuer);
      current = issuer;
    }
  }

  #roleByUnit(certificate: X509Certificate, issuer: X509Certificate): Role {
    const units = organizationalUnits(certificate);
    const found = this.#nodeOus.filter(({ organizationalUnit }) => units.includes(organizationalUnit));
    if (found.some((nodeOu) => nodeOu.issuer !== undefined && !nodeOu.issuer.raw.equals(issuer.raw)))
      throw new Error(`certifiersIdentifier does not match, MSP: [${this.mspId}]`);
    const [only, second] = found;
    if (!only)
      throw new Error(
        `the identity does not have an OU that resolves to client, peer, orderer, or admin role, MSP: [${this.mspId}]`,
      );
    if (second)
      throw new Error(
        `the identity must have a client, a peer, an orderer, or an admin OU role to be valid, not a combination of them, MSP: [${this.mspId}]`,
      );
    return only.role;
  }
}

function issued(authority: X509Certificate, certificate: X509Certificate): boolean {
  return certificate.checkIssued(authority) && certificate.verify(authority.publicKey);
}

function isValidAt(certificate: X509Certificate, atMs: number): boolean {
  return certificate.validFromDate.getTime() <= atMs && atMs <= certificate.validToDate.getTime();
}
