import { X509Certificate } from 'node:crypto';
import type { ClientIdentity } from 'fabric-shim-api';
import { sha256Hex } from './hash';
import { Refusal } from './refusal';

/** Who signed the transaction: the organisation, and the certificate by its hash. */
export interface Caller {
  readonly mspId: string;
  /** SHA-256 of the certificate's DER, hex */
  readonly certificateHash: string;
}

/** Parsing a certificate is a fifth of a transaction's work, and clubs use the same few. What is kept depends on its bytes alone. */
const certificates = new Map<string, { isClient: boolean; hash: string }>();
const mostCertificates = 1000;

/**
 * The peers have verified the signature and the chain; here only what the certificate is for counts.
 *
 * @throws Refusal NOT_A_CLIENT unless its organisational unit is `client` (Fabric's NodeOUs)
 */
export function readCaller(identity: Pick<ClientIdentity, 'getMSPID' | 'getIDBytes'>): Caller {
  const { isClient, hash } = readCertificate(identity.getIDBytes());
  if (!isClient) throw new Refusal('NOT_A_CLIENT');
  return { mspId: identity.getMSPID(), certificateHash: hash };
}

function readCertificate(bytes: Uint8Array): { isClient: boolean; hash: string } {
  const text = Buffer.from(bytes).toString('latin1');
  const known = certificates.get(text);
  if (known) return known;
  const { subject, raw } = new X509Certificate(bytes);
  const read = { isClient: subject.split('\n').includes('OU=client'), hash: sha256Hex(raw) };
  if (certificates.size === mostCertificates) certificates.clear();
  certificates.set(text, read);
  return read;
}
