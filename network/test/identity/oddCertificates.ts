import 'reflect-metadata';
import { webcrypto, type X509Certificate } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { DER_BIT_STRING, DER_SEQUENCE, derElement, readDerElement } from '../../src/encoding/der.js';

/** Certificates that our own authority would not issue. All are valid for a year from an hour before `now`. */
export interface OddAuthority {
  readonly pem: string;
  readonly certificate: x509.X509Certificate;
  readonly keys: webcrypto.CryptoKeyPair;
}

const HOUR_MS = 3_600_000;
const YEAR_MS = 365 * 86_400_000;
const SIGNING = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

export async function newAuthority(name: string, now: Date, above?: OddAuthority): Promise<OddAuthority> {
  const keys = await newKeys('P-256');
  const extensions = [
    new x509.BasicConstraintsExtension(true, undefined, true),
    new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
    await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
  ];
  const certificate = await issue(name, keys, now, extensions, above);
  return { pem: certificate.toString('pem'), certificate, keys };
}

export async function certify(
  authority: OddAuthority,
  units: readonly string[],
  now: Date,
  namedCurve = 'P-256',
): Promise<string> {
  const keys = await newKeys(namedCurve);
  const leaf = [new x509.BasicConstraintsExtension(false, undefined, true)];
  return (await issue('someone', keys, now, leaf, authority, units)).toString('pem');
}

export async function selfSigned(units: readonly string[], now: Date): Promise<string> {
  const leaf = [new x509.BasicConstraintsExtension(false, undefined, true)];
  return (await issue('someone', await newKeys('P-256'), now, leaf, undefined, units)).toString('pem');
}

/** The certificate with its issuer's signature in another form. */
export function resigned(certificate: X509Certificate, change: (signature: Buffer) => Buffer): string {
  const fields = readDerElement(certificate.raw, 0, DER_SEQUENCE).content;
  const body = readDerElement(fields, 0);
  const algorithm = readDerElement(fields, body.end);
  const signature = readDerElement(fields, algorithm.end).content.subarray(1);
  const changed = derElement(DER_BIT_STRING, Buffer.of(0), change(signature));
  const der = derElement(DER_SEQUENCE, fields.subarray(0, algorithm.end), changed);
  return `-----BEGIN CERTIFICATE-----\n${der.toString('base64')}\n-----END CERTIFICATE-----\n`;
}

async function issue(
  name: string,
  keys: webcrypto.CryptoKeyPair,
  now: Date,
  extensions: x509.Extension[],
  authority?: OddAuthority,
  units: readonly string[] = [],
): Promise<x509.X509Certificate> {
  const subject: x509.JsonName = [...units.map((unit) => ({ OU: [unit] })), { CN: [name] }];
  return x509.X509CertificateGenerator.create({
    serialNumber: '01',
    subject,
    issuer: authority ? authority.certificate.subjectName.toJSON() : subject,
    notBefore: new Date(now.getTime() - HOUR_MS),
    notAfter: new Date(now.getTime() + YEAR_MS),
    signingAlgorithm: SIGNING,
    publicKey: keys.publicKey,
    signingKey: authority ? authority.keys.privateKey : keys.privateKey,
    extensions,
  });
}

async function newKeys(namedCurve: string): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey({ name: 'ECDSA', namedCurve }, true, ['sign', 'verify']);
}
