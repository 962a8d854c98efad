import { canonicalJson } from './canonicalJson';
import type { Key } from './keys';
import { Refusal } from './refusal';
import { hasSchema, schemaFaults, type SchemaName, type Schemas } from './schemas';

/**
 * Reads stored bytes as the record of its key.
 *
 * @throws Refusal RECORD_INVALID: somebody's altered chaincode wrote it, or a newer version of ours
 */
export function decodeRecord<S extends SchemaName>(key: Key<S>, bytes: Uint8Array): Schemas[S] {
  const value = parseJson(bytes);
  if (!hasSchema(key.schema, value)) throw new Refusal('RECORD_INVALID', { schema: key.schema });
  return value;
}

/**
 * A record and its bytes, checked.
 *
 * @throws Error when a command made a record that breaks its own schema: a defect of the contracts, never the caller's fault
 */
export function encodeRecord<S extends SchemaName>(
  key: Key<S>,
  record: unknown,
): { record: Schemas[S]; bytes: Buffer } {
  if (!hasSchema(key.schema, record)) {
    throw new Error(`${key.schema} breaks its schema at ${canonicalJson(schemaFaults(key.schema, record))}`);
  }
  return { record, bytes: Buffer.from(canonicalJson(record)) };
}

export function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}
