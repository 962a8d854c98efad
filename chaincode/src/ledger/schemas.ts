import type { LedgerSchemas } from '@reciprocal-clubs/openapi/types' with { 'resolution-mode': 'import' };
import { validators } from '../openapi/validators.generated';

export type Schemas = LedgerSchemas;
export type SchemaName = keyof Schemas;

/** Where a value breaks its schema: JSON pointer and the rule broken, never the value itself. */
export interface SchemaFault {
  pointer: string;
  rule: string;
}

/** Every fault of a value under a schema of openapi.yaml; none means it has the schema's type. Unknown fields are faults. */
export function schemaFaults(name: SchemaName, value: unknown): SchemaFault[] {
  const validate = validators[name];
  if (validate === undefined) throw new Error(`no schema ${name}`);
  if (validate(value)) return [];
  return (validate.errors ?? [])
    .slice(0, 20)
    .map(({ instancePath, keyword }) => ({ pointer: instancePath, rule: keyword }));
}

export function hasSchema<N extends SchemaName>(name: N, value: unknown): value is Schemas[N] {
  return schemaFaults(name, value).length === 0;
}
