import type { Schemas } from '@reciprocal-clubs/openapi/types';
import { readValue } from '../projection/storedValue.js';

type Revocation = NonNullable<Schemas['PassBody']['revocation']>;

const codes: Record<Revocation['code'], true> = {
  standing: true,
  'membership-ended': true,
  'member-request': true,
  error: true,
  other: true,
};

/** Why and by whom a pass was revoked, from the plaintext of the act; undefined where it is not known. */
export function revocationIn(act: Buffer | undefined, passId: string): Revocation | undefined {
  const read = act && readValue('Act', act, ({ kind, recordId }) => kind === 'revoke' && recordId === passId);
  if (read === undefined || typeof read === 'string' || !isCode(read.code)) return undefined;
  const { code, text, atMs, actor } = read;
  return { code, ...(text !== undefined && { text }), atMs, actor };
}

const isCode = (code: string | undefined): code is Revocation['code'] =>
  code !== undefined && Object.hasOwn(codes, code);
