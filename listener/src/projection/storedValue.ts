import { hasSchema, schemaFaults, type SchemaName, type Schemas } from '@reciprocal-clubs/chaincode/ledger/schemas.js';
import { parseJson } from '@reciprocal-clubs/chaincode/ledger/record.js';

/** A stored value, read as the contracts read it: the record, or in words what is wrong with it. */
export function readValue<S extends SchemaName>(
  schema: S,
  bytes: Uint8Array,
  isOfKey: (record: Schemas[S]) => boolean,
): Schemas[S] | string {
  const value = parseJson(bytes);
  if (!hasSchema(schema, value)) {
    const [fault] = schemaFaults(schema, value);
    return `${schema} without its form: ${fault?.pointer ?? ''} ${fault?.rule ?? ''}`;
  }
  return isOfKey(value) ? value : `${schema} that is not the one its key names`;
}
