import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';

const algorithm = 'aes-256-gcm';
const keyBytes = 32;
const nonceBytes = 12;
const tagBytes = 16;

/** Encrypts what a club keeps of persons, field by field, with the club's own key. */
export class FieldCipher {
  readonly #key: Buffer;
  readonly #referenceKey: Buffer;

  /** @param secret the club's field key, 32 bytes */
  constructor(secret: Uint8Array) {
    const derived = (purpose: string): Buffer => Buffer.from(hkdfSync('sha256', secret, '', purpose, keyBytes));
    this.#key = derived('field encryption');
    this.#referenceKey = derived('member reference');
  }

  /** The same for the same member, and of no use without the key: how a member is found in a table. */
  reference(memberNumber: string): Buffer {
    return createHmac('sha256', this.#referenceKey).update(memberNumber).digest();
  }

  /** @param place what the field belongs to: moved elsewhere, it does not open */
  seal(place: string, text: string): Buffer {
    const nonce = randomBytes(nonceBytes);
    const cipher = createCipheriv(algorithm, this.#key, nonce).setAAD(Buffer.from(place));
    const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
    return Buffer.concat([nonce, cipher.getAuthTag(), sealed]);
  }

  /** @throws Error when it was sealed with another key or for another place, or altered */
  open(place: string, sealed: Buffer): string {
    const decipher = createDecipheriv(algorithm, this.#key, sealed.subarray(0, nonceBytes))
      .setAAD(Buffer.from(place))
      .setAuthTag(sealed.subarray(nonceBytes, nonceBytes + tagBytes));
    return Buffer.concat([decipher.update(sealed.subarray(nonceBytes + tagBytes)), decipher.final()]).toString('utf8');
  }
}
