import { createHmac, randomBytes } from 'node:crypto';
import type pg from 'pg';
import type { FieldCipher } from './fieldCipher.js';

const secretBytes = 32;
/** No pass is longer (letterValidityDays in openapi/), whatever is asked for. */
const longestPassDays = 366;

/** How the ledger knows a member: one pseudonym per agreement, which cannot be linked, and a tag common to passes that overlap. */
export class Pseudonyms {
  constructor(
    private readonly pool: pg.Pool,
    private readonly cipher: FieldCipher,
  ) {}

  /** The member's pseudonym under an agreement, made at first use: HMAC-SHA256 with a salt of this member and agreement. */
  async of(memberNumber: string, agreementId: string): Promise<string> {
    const reference = this.cipher.reference(memberNumber);
    const known = await this.#find(agreementId, reference);
    if (known) return known;
    const salt = randomBytes(secretBytes);
    const pseudonym = createHmac('sha256', salt).update(`${agreementId}/${memberNumber}`).digest('hex');
    const sealed = this.cipher.seal(`alias/${pseudonym}`, JSON.stringify({ memberNumber, salt: salt.toString('hex') }));
    const { rowCount } = await this.pool.query(
      `INSERT INTO records.alias (pseudonym, agreement_id, member_ref, sealed) VALUES ($1, $2, $3, $4)
       ON CONFLICT (agreement_id, member_ref) DO NOTHING`,
      [pseudonym, agreementId, reference, sealed],
    );
    // Another request for the same member came first: its pseudonym is the member's.
    return rowCount === 1 ? pseudonym : ((await this.#find(agreementId, reference)) ?? pseudonym);
  }

  /**
   * The tag for a pass. While a pass of the member's has not ended, every further one carries the same tag, so that any two that overlap
   * do; after that the member gets a new one, and cannot be followed from one stay to the next.
   *
   * @param from first day of the pass
   * @param to its last day
   */
  async exclusionTag(memberNumber: string, from: string, to: string): Promise<string> {
    const reference = this.cipher.reference(memberNumber);
    const place = `tag/${reference.toString('hex')}`;
    const fresh = this.cipher.seal(place, randomBytes(secretBytes).toString('hex'));
    const { rows } = await this.pool.query<{ sealed: Buffer }>(
      `INSERT INTO records.exclusion_tag AS t (member_ref, sealed, used_until) VALUES ($1, $2, LEAST($4::date, $3::date + ${longestPassDays}))
       ON CONFLICT (member_ref) DO UPDATE
         SET sealed = CASE WHEN t.used_until < LEAST($3::date, current_date) THEN EXCLUDED.sealed ELSE t.sealed END,
             used_until = GREATEST(t.used_until, EXCLUDED.used_until)
       RETURNING sealed`,
      [reference, fresh, from, to],
    );
    const [row] = rows;
    if (!row) throw new Error('an exclusion tag was written and is not there');
    return this.cipher.open(place, row.sealed);
  }

  async #find(agreementId: string, reference: Buffer): Promise<string | undefined> {
    const { rows } = await this.pool.query<{ pseudonym: string }>(
      'SELECT pseudonym FROM records.alias WHERE agreement_id = $1 AND member_ref = $2',
      [agreementId, reference],
    );
    return rows[0]?.pseudonym;
  }
}
