/**
 * Who is who on a channel: identities as they stand in proposals, endorsements and blocks, and their signatures.
 */
import type { KeyObject, X509Certificate } from 'node:crypto';
import { msp } from '@hyperledger/fabric-protos';
import { Message, asBuffer } from '../encoding/protobuf.js';
import { certificateFingerprint, certificateFromPem } from './certificate.js';
import { Membership, type MspDefinition, type Role } from './membership.js';
import { Memo } from './memo.js';
import { isVerifiable, sha256, verifyLowS } from './sign.js';

export type { MspDefinition, NodeOu, Role } from './membership.js';

export interface Identity {
  readonly mspId: string;
  readonly role: Role;
  readonly certificate: X509Certificate;
  readonly publicKey: KeyObject;
  /** The `msp.SerializedIdentity` it was read from. */
  readonly serialized: Buffer;
  /** Equal for two identities of one MSP exactly when Fabric takes them for the same. */
  readonly fingerprint: string;
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
}

const REMEMBERED_IDENTITIES = 2_000;
const REMEMBERED_SIGNATURES = 20_000;

/** An identity that the channel's MSPs do not accept, or a signature that is not its. */
export class InvalidIdentityError extends Error {
  override readonly name = 'InvalidIdentityError';
}

/** The MSPs of a channel. Results are remembered, so asking again costs little. */
export class Msps {
  readonly #memberships: ReadonlyMap<string, Membership>;
  readonly #clock: () => number;
  readonly #identities = new Memo<Identity>(REMEMBERED_IDENTITIES);
  readonly #verified = new Memo<true>(REMEMBERED_SIGNATURES);

  /** @param clock milliseconds since 1970 */
  constructor(definitions: readonly MspDefinition[], clock: () => number) {
    this.#memberships = new Map(definitions.map((definition) => [definition.mspId, new Membership(definition)]));
    this.#clock = clock;
  }

  has(mspId: string): boolean {
    return this.#memberships.has(mspId);
  }

  /**
   * The member behind a serialized identity, whether or not its certificate has expired (see `isExpired`).
   * @throws InvalidIdentityError when the MSP is unknown, its authority did not issue the certificate, the certificate
   * is an authority's own, or does not have exactly one role
   */
  identity(serialized: Uint8Array): Identity {
    const bytes = asBuffer(serialized);
    const key = bytes.toString('latin1');
    const known = this.#identities.get(key);
    if (known) return known;
    const identity = this.#read(Buffer.from(bytes));
    this.#identities.set(key, identity);
    return identity;
  }

  /**
   * The member that signed the data.
   * @throws InvalidIdentityError as `identity` does, and when the signature is not the member's or has a high s
   */
  authenticate(serialized: Uint8Array, data: Uint8Array, signature: Uint8Array): Identity {
    const identity = this.identity(serialized);
    const key = sha256(sha256(identity.serialized), sha256(data), signature).toString('base64');
    if (this.#verified.get(key)) return identity;
    if (!verifyLowS(identity.publicKey, data, signature)) throw new InvalidIdentityError('The signature is invalid');
    this.#verified.set(key, true);
    return identity;
  }

  /**
   * True when the certificate's time is over. Fabric asks this of the client at endorsement, broadcast and deliver, and
   * never when it validates a block; it does not ask whether the time has begun.
   */
  isExpired(identity: Identity): boolean {
    return this.#clock() > identity.notAfterMs;
  }

  #read(serialized: Buffer): Identity {
    try {
      const { mspId, certificate } = readSerializedIdentity(serialized);
      const membership = this.#memberships.get(mspId);
      if (!membership) throw new Error(`MSP ${mspId} is not defined on channel`);
      const { publicKey } = certificate;
      if (!isVerifiable(publicKey)) throw new Error('public key is of a kind that nobody verifies with');
      return Object.freeze({
        mspId,
        role: membership.role(certificate),
        certificate,
        publicKey,
        serialized,
        fingerprint: certificateFingerprint(certificate),
        notBeforeMs: certificate.validFromDate.getTime(),
        notAfterMs: certificate.validToDate.getTime(),
      });
    } catch (error) {
      throw new InvalidIdentityError(error instanceof Error ? error.message : String(error), { cause: error });
    }
  }
}

/** @throws Error when the bytes are no `msp.SerializedIdentity` with a certificate; whether anyone vouches for it is not asked */
export function readSerializedIdentity(serialized: Uint8Array): { mspId: string; certificate: X509Certificate } {
  const message = new Message(serialized);
  return { mspId: message.text(1), certificate: certificateFromPem(message.bytes(2).toString('latin1')) };
}

/** `msp.SerializedIdentity` of a PEM certificate. */
export function serializeIdentity(mspId: string, certificatePem: string): Buffer {
  const identity = new msp.SerializedIdentity();
  identity.setMspid(mspId);
  identity.setIdBytes(Buffer.from(certificatePem));
  return asBuffer(identity.serializeBinary());
}
