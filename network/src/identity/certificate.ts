/**
 * Certificates as Fabric reads them out of an identity.
 */
import { X509Certificate } from 'node:crypto';
import { DER_BIT_STRING, DER_SEQUENCE, readDerElement } from '../encoding/der.js';
import { readSignature, sha256, toLowS } from './sign.js';

/** As Go reads it: the end names what the beginning names, and each has a line of its own. */
const FIRST_PEM_BLOCK =
  /(?:^|\n)-----BEGIN ([^\n]*?)-----[ \t\r]*\n([A-Za-z0-9+/= \t\r\n]+)\n-----END \1-----[ \t\r]*(?:\n|$)/;

/**
 * The certificate of the first PEM block; what stands after it is not looked at.
 * @throws Error in Fabric's words when there is none
 */
export function certificateFromPem(pem: string): X509Certificate {
  const base64 = FIRST_PEM_BLOCK.exec(pem)?.[2];
  if (base64 === undefined) throw new Error('could not decode the PEM structure');
  const der = Buffer.from(base64, 'base64');
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(der);
  } catch (error) {
    throw new Error('parseCertificate failed', { cause: error });
  }
  if (certificate.raw.length !== der.length) throw new Error('parseCertificate failed: trailing data');
  return certificate;
}

/** All organizational units of the subject. */
export function organizationalUnits(certificate: X509Certificate): string[] {
  const units: string | string[] | undefined = certificate.toLegacyObject().subject.OU;
  return units === undefined ? [] : [units].flat();
}

/**
 * Equal for two certificates exactly when Fabric takes them for the same identity: it compares them with the issuer's
 * signature in its low-s form, because anyone can turn the one form into the other.
 */
export function certificateFingerprint(certificate: X509Certificate): string {
  const fields = readDerElement(certificate.raw, 0, DER_SEQUENCE).content;
  const body = readDerElement(fields, 0, DER_SEQUENCE);
  const algorithm = readDerElement(fields, body.end, DER_SEQUENCE);
  const signature = readDerElement(fields, algorithm.end, DER_BIT_STRING).content.subarray(1);
  const numbers = readSignature(signature);
  if (!numbers) return sha256(certificate.raw).toString('hex');
  const { r, s } = toLowS(numbers);
  return sha256(fields.subarray(0, algorithm.end), Buffer.from(`${r},${s}`)).toString('hex');
}
