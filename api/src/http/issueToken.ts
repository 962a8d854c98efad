import { randomUUID } from 'node:crypto';
import { SignJWT } from 'jose';
import { audience, isSubject, issuerOf, isTokenRole } from './tokenClaims.js';
import { tokenKey } from './tokenKey.js';

export interface TokenRequest {
  /** of the club's secrets */
  readonly folder: string;
  readonly clubId: string;
  /** reference to the person that only the club can resolve */
  readonly subject: string;
  readonly roles: readonly string[];
  readonly hours?: number;
}

const usualHours = 12;
const mostHours = 24 * 366;

/** A bearer token of the club, ES256. @throws Error when the subject is no reference or a role is none that a token can give */
export async function issueToken({
  folder,
  clubId,
  subject,
  roles,
  hours = usualHours,
}: TokenRequest): Promise<string> {
  if (!isSubject(subject)) throw new Error('a subject is 1 to 64 characters of A-Z, a-z, 0-9, _ and -');
  if (roles.length === 0) throw new Error('a token gives at least one role');
  for (const role of roles) if (!isTokenRole(role)) throw new Error(`there is no role ${role}`);
  if (!(hours > 0 && hours <= mostHours)) throw new Error(`a token lasts up to ${mostHours} hours`);
  const { kid, privateKey } = await tokenKey(folder);
  const issuedAt = Math.floor(Date.now() / 1000);
  return new SignJWT({ roles: [...roles] })
    .setProtectedHeader({ alg: 'ES256', kid, typ: 'JWT' })
    .setIssuer(issuerOf(clubId))
    .setAudience(audience)
    .setSubject(subject)
    .setJti(randomUUID())
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + Math.floor(hours * 3600))
    .sign(privateKey);
}
