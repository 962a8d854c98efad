import { canonicalJson } from './canonicalJson';
import { sha256Hex } from './hash';
import { freshBytes, maxCarryBytes, maxRequestBytes } from './limits';
import type { Carry } from './privateReads';
import { parseJson } from './record';
import { Refusal } from './refusal';
import { hasSchema } from './schemas';

/** What a sealed command brings as transient data, which is in no block and no log. */
export interface Envelope {
  readonly command: string;
  readonly request: unknown;
  readonly requestHash: string;
  readonly carry: Carry;
  /** 32 random bytes of this command: every salt is made from them */
  readonly fresh: Buffer;
}

/** @throws Refusal INVALID_REQUEST, REQUEST_TOO_LARGE */
export function readEnvelope(transient: ReadonlyMap<string, Uint8Array>): Envelope {
  const fresh = Buffer.from(transient.get('fresh') ?? []);
  if (fresh.length !== freshBytes)
    throw new Refusal('INVALID_REQUEST', { faults: [{ pointer: '/fresh', rule: 'length' }] });
  return {
    command: Buffer.from(transient.get('command') ?? []).toString('utf8'),
    ...readRequest(transient.get('request') ?? new Uint8Array()),
    carry: readCarry(transient.get('carry')),
    fresh,
  };
}

/** A request and the hash of its canonical form. @throws Refusal INVALID_REQUEST, REQUEST_TOO_LARGE */
export function readRequest(bytes: Uint8Array): { request: unknown; requestHash: string } {
  if (bytes.length > maxRequestBytes) throw new Refusal('REQUEST_TOO_LARGE');
  const request = parseJson(bytes);
  try {
    return { request, requestHash: sha256Hex(canonicalJson(request)) };
  } catch {
    throw new Refusal('INVALID_REQUEST', { faults: [{ pointer: '', rule: 'json' }] });
  }
}

function readCarry(bytes: Uint8Array | undefined): Carry {
  if (bytes === undefined) return {};
  if (bytes.length > maxCarryBytes) throw new Refusal('REQUEST_TOO_LARGE');
  const carry = parseJson(bytes);
  if (!hasSchema('Carry', carry))
    throw new Refusal('INVALID_REQUEST', { faults: [{ pointer: '/carry', rule: 'schema' }] });
  return Object.fromEntries(
    Object.entries(carry).map(([key, value]) => [key, value === null ? null : Buffer.from(value, 'base64')]),
  );
}

/** The carry as the caller gets it from `sealed:prepare` and brings it to `sealed:submit`. */
export function carryToJson(carry: Carry): Record<string, string | null> {
  return Object.fromEntries(
    Object.entries(carry).map(([key, value]) => [key, value === null ? null : value.toString('base64')]),
  );
}
