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

/**
 * The peers have verified the signature and the chain; here only what the certificate is for counts.
 *
 * @throws Refusal NOT_A_CLIENT unless its organisational unit is `client` (Fabric's NodeOUs)
 */
export function readCaller(identity: Pick<ClientIdentity, 'getMSPID' | 'getIDBytes'>): Caller {
  const certificate = new X509Certificate(identity.getIDBytes());
  const units = certificate.subject.split('\n').filter((part) => part.startsWith('OU='));
  if (!units.includes('OU=client')) throw new Refusal('NOT_A_CLIENT');
  return { mspId: identity.getMSPID(), certificateHash: sha256Hex(certificate.raw) };
}
