import type { Caller, TokenRole } from './route.js';

export const audience = 'reciprocal-clubs';

export const issuerOf = (clubId: string): string => `urn:reciprocal-clubs:${clubId}`;

const subjectForm = /^[A-Za-z0-9_-]{1,64}$/;

export const isSubject = (value: unknown): value is string => typeof value === 'string' && subjectForm.test(value);

const tokenRoles: Readonly<Record<TokenRole, true>> = {
  'front-desk': true,
  secretary: true,
  manager: true,
  treasurer: true,
  delegate: true,
  secretariat: true,
  auditor: true,
  operator: true,
};

export const isTokenRole = (value: unknown): value is TokenRole =>
  typeof value === 'string' && Object.hasOwn(tokenRoles, value);

/** Who a token's payload says calls; undefined when it lacks what every token of ours has. Roles that nobody knows give nothing. */
export function callerIn(payload: unknown): Caller | undefined {
  if (typeof payload !== 'object' || payload === null) return undefined;
  const { sub, exp, roles } = payload as Record<string, unknown>;
  if (!isSubject(sub) || typeof exp !== 'number' || !Array.isArray(roles)) return undefined;
  return { subject: sub, roles: roles.filter(isTokenRole) };
}
