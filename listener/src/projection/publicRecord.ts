import type { SchemaName, Schemas } from '@reciprocal-clubs/chaincode/ledger/schemas.js';
import { versionOf, type Step } from './history.js';
import type { Turn } from './projection.js';
import { readValue } from './storedValue.js';

/** A value of public state as it stands. */
export interface PublicValue<S extends SchemaName> {
  readonly record: Schemas[S];
  readonly hash: Buffer;
}

/**
 * What a transaction makes of one public key. A value that has not its form, or is not of its key, changes nothing: no contract of ours
 * wrote it.
 *
 * @param tell what is told of a new value, if anything
 */
export function nextPublic<S extends SchemaName>(
  present: PublicValue<S> | undefined,
  step: Step,
  key: string,
  schema: S,
  isOfKey: (record: Schemas[S]) => boolean,
  tell: (record: Schemas[S]) => string | undefined = () => undefined,
): Turn<PublicValue<S> | undefined> {
  const write = versionOf(step, '', key);
  if (!write) return { state: present, told: [], faults: [] };
  if (!write.valueHash) return { state: undefined, told: [], faults: [] };
  if (!write.value) return { state: present, told: [], faults: [`${schema} that is too large`] };
  const record = readValue(schema, write.value, isOfKey);
  if (typeof record === 'string') return { state: present, told: [], faults: [record] };
  const type = tell(record);
  return { state: { record, hash: write.valueHash }, told: type === undefined ? [] : [{ type, write }], faults: [] };
}
