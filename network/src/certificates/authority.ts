/**
 * A development certificate authority: what a club has for signing identities and for TLS before it brings its own.
 */
import 'reflect-metadata';
import { KeyObject, randomBytes, webcrypto } from 'node:crypto';
import { isIP } from 'node:net';
import * as x509 from '@peculiar/x509';
import type { Role } from '../identity/msp.js';

/** PEM; the key is PKCS#8. */
export interface Credentials {
  readonly certificate: string;
  readonly privateKey: string;
}

export interface Validity {
  readonly notBefore: Date;
  readonly notAfter: Date;
}

const P256 = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const { keyCertSign, cRLSign, digitalSignature } = x509.KeyUsageFlags;
const HOUR_MS = 3_600_000;
const YEARS = 10;

/** Ten years from an hour before `now`, so that clocks may differ. */
export function validityAt(now: Date): Validity {
  const notBefore = new Date(now.getTime() - HOUR_MS);
  const notAfter = new Date(notBefore);
  notAfter.setUTCFullYear(notAfter.getUTCFullYear() + YEARS);
  return { notBefore, notAfter };
}

export class Authority {
  /** The authority's own. */
  readonly credentials: Credentials;
  readonly #certificate: x509.X509Certificate;
  readonly #keys: webcrypto.CryptoKeyPair;
  readonly #organization: string;
  readonly #validity: Validity;

  private constructor(
    organization: string,
    certificate: x509.X509Certificate,
    keys: webcrypto.CryptoKeyPair,
    validity: Validity,
  ) {
    this.credentials = pem(certificate, keys);
    this.#certificate = certificate;
    this.#keys = keys;
    this.#organization = organization;
    this.#validity = validity;
  }

  /** A new self-signed authority; what it issues is valid as long as itself. */
  static async create(name: string, organization: string, validity: Validity): Promise<Authority> {
    const keys = await newKeys();
    const certificate = await x509.X509CertificateGenerator.createSelfSigned({
      serialNumber: serialNumber(),
      name: subject(organization, name),
      ...validity,
      signingAlgorithm: P256,
      keys,
      extensions: [
        new x509.BasicConstraintsExtension(true, undefined, true),
        new x509.KeyUsagesExtension(keyCertSign | cRLSign | digitalSignature, true),
        await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      ],
    });
    return new Authority(organization, certificate, keys, validity);
  }

  /** An identity whose organizational unit is its role (NodeOUs). */
  async issueIdentity(name: string, role: Role): Promise<Credentials> {
    return this.#issue(subject(this.#organization, name, role), []);
  }

  /** A TLS certificate for server and client use on these host names and addresses. */
  async issueTls(name: string, hosts: readonly string[]): Promise<Credentials> {
    return this.#issue(subject(this.#organization, name), [
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth, x509.ExtendedKeyUsage.clientAuth]),
      new x509.SubjectAlternativeNameExtension(
        hosts.map((value) => ({ type: isIP(value) === 0 ? 'dns' : 'ip', value })),
      ),
    ]);
  }

  async #issue(name: x509.JsonName, extensions: readonly x509.Extension[]): Promise<Credentials> {
    const keys = await newKeys();
    const certificate = await x509.X509CertificateGenerator.create({
      serialNumber: serialNumber(),
      subject: name,
      issuer: this.#certificate.subjectName.toJSON(),
      ...this.#validity,
      signingAlgorithm: P256,
      publicKey: keys.publicKey,
      signingKey: this.#keys.privateKey,
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(digitalSignature, true),
        await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
        await x509.AuthorityKeyIdentifierExtension.create(this.#keys.publicKey),
        ...extensions,
      ],
    });
    return pem(certificate, keys);
  }
}

function subject(organization: string, name: string, role?: Role): x509.JsonName {
  const unit = role === undefined ? [] : [{ OU: [role] }];
  return [{ O: [organization] }, ...unit, { CN: [name] }];
}

async function newKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(P256, true, ['sign', 'verify']);
}

/** 127 random bits, positive and never zero. */
function serialNumber(): string {
  const bytes = randomBytes(16);
  bytes[0] = 0x40 | ((bytes[0] ?? 0) & 0x3f);
  return bytes.toString('hex');
}

function pem(certificate: x509.X509Certificate, keys: webcrypto.CryptoKeyPair): Credentials {
  return {
    certificate: `${certificate.toString('pem')}\n`,
    privateKey: KeyObject.from(keys.privateKey).export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}
