import { createHmac, randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** 128 random bits: ids on the ledger are unguessable. */
export const newId = (): string => randomBytes(16).toString('hex');

export interface MemberSecrets {
  /** 32 bytes per member and agreement, hex; the pass hands it to the host */
  readonly salt: string;
  readonly pseudonym: string;
  /** common to the member's overlapping passes */
  readonly exclusionTag: string;
}

/** What a club knows of its members and nobody else does. In the club's own folder, readable by its owner alone. */
export class ClubSecrets {
  readonly #path: string;
  readonly #members: Record<string, MemberSecrets>;

  constructor(folder: string) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    this.#path = join(folder, 'members.json');
    this.#members = readMembers(this.#path);
  }

  /** The member's secrets under this agreement, made at first use. Pseudonyms under two agreements cannot be linked. */
  member(number: string, agreementId: string): MemberSecrets {
    const name = `${agreementId}/${number}`;
    const known = this.#members[name];
    if (known) return known;
    const salt = randomBytes(32);
    const pseudonym = createHmac('sha256', salt).update(`${agreementId}/${number}`).digest('hex');
    const made = { salt: salt.toString('hex'), pseudonym, exclusionTag: randomBytes(32).toString('hex') };
    this.#members[name] = made;
    writeFileSync(`${this.#path}.new`, JSON.stringify(this.#members, undefined, 2), { mode: 0o600 });
    renameSync(`${this.#path}.new`, this.#path);
    return made;
  }
}

function readMembers(path: string): Record<string, MemberSecrets> {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Record<string, MemberSecrets>;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return {};
    throw error;
  }
}
