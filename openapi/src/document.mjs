/**
 * Puts the one OpenAPI document together: openapi.yaml (the ledger's shapes) and http/*.yaml (a file per slice). Those files are OpenAPI but
 * for a few words that stand for what would be written the same way again and again:
 *
 * - schema `x-from: Name` with `x-without: [...]`: the fields of that schema but some, and what else is given; strict
 * - schema `x-ledger: true`: and where the ledger says so
 * - operation `x-body`, `x-answer`, `x-register`, `x-text`, `x-health`: what it takes and answers, by the name of the schema
 * - operation `x-roles: all`: every role that a token can have; no `x-roles`: open to everybody
 * - `events`: CloudEvents by type, with the record they carry
 */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { webhooks } from './events.mjs';
import { operation, problemResponses } from './operations.mjs';

const read = (path) => parse(readFileSync(fileURLToPath(new URL(`../${path}`, import.meta.url)), 'utf8'));

const order = ['clubs', 'agreements', 'passes', 'visits', 'governance', 'ledger', 'operations', 'node'];

/** @returns {{document, ledgerSchemas: string[], errors}} the names are those that contracts use */
export function readDocument() {
  const { components, ...head } = read('openapi.yaml');
  const errors = read('errors.yaml');
  const shared = read('http/shared.yaml');
  const files = readdirSync(new URL('../http', import.meta.url)).filter((name) => name !== 'shared.yaml');
  if (
    files.toSorted().join() !==
    order
      .map((slice) => `${slice}.yaml`)
      .toSorted()
      .join()
  ) {
    throw new Error(`openapi/http/ holds other files than ${order.join(', ')}`);
  }
  const slices = order.map((slice) => ({ slice, ...read(`http/${slice}.yaml`) }));
  const events = Object.assign({}, ...slices.map((part) => part.events ?? {}));

  const schemas = { ...components.schemas };
  const problemCodes = Object.keys(errors).filter((code) => errors[code].status >= 400);
  const told = webhooks(events);
  for (const part of [shared, ...slices]) {
    for (const [name, schema] of Object.entries(part.schemas)) add(schemas, name, schema);
    if (part === shared) add(schemas, 'ProblemCode', { enum: problemCodes });
  }
  for (const { name, register } of registersOf(slices)) add(schemas, name, register);
  for (const [name, schema] of Object.entries(told.schemas)) add(schemas, name, schema);

  const roles = schemas.TokenRole.enum;
  const paths = Object.assign({}, ...slices.map((part) => pathsOf(part, roles)));
  const document = {
    ...head,
    tags: slices.map(({ slice }) => ({ name: slice })),
    paths: withoutDeepRefs(paths, schemas),
    webhooks: told.webhooks,
    components: {
      securitySchemes: shared.securitySchemes,
      parameters: shared.parameters,
      headers: shared.headers,
      responses: problemResponses(),
      schemas: withoutDeepRefs(schemas, schemas),
    },
  };
  return { document, ledgerSchemas: Object.keys(components.schemas), errors };
}

function add(schemas, name, schema) {
  if (name in schemas) throw new Error(`schema ${name} is there twice`);
  schemas[name] = derived(schema, schemas);
}

/** Written out, so that readers and generators of any kind find a plain schema. */
function derived(schema, schemas) {
  const { 'x-from': from, 'x-without': without = [], 'x-ledger': ledger, required = [], properties, ...rest } = schema;
  if (from === undefined) return schema;
  const base = fieldsOf(schemas[from], schemas);
  for (const name of without)
    if (!(name in base.properties)) throw new Error(`${from} has no field ${name} to leave out`);
  const kept = Object.entries(base.properties).filter(([name]) => !without.includes(name));
  return {
    type: 'object',
    additionalProperties: false,
    ...rest,
    required: [...base.required.filter((name) => !without.includes(name)), ...required, ...(ledger ? ['ledger'] : [])],
    properties: {
      ...Object.fromEntries(kept),
      ...properties,
      ...(ledger && { ledger: { $ref: '#/components/schemas/LedgerPlace' } }),
    },
  };
}

function fieldsOf(schema, schemas) {
  const named = schema.$ref ? schemas[schema.$ref.split('/').at(-1)] : schema;
  const parts = [...(named.allOf ?? []).map((part) => fieldsOf(part, schemas)), named];
  return {
    required: parts.flatMap(({ required = [] }) => required),
    properties: Object.assign({}, ...parts.map(({ properties }) => properties ?? {})),
  };
}

/** A page of what an operation registers, named for it: ClubRegister of ClubView. */
function registersOf(slices) {
  const views = slices.flatMap(({ paths }) =>
    Object.values(paths).flatMap((path) => (path.get?.['x-register'] ? [path.get['x-register']] : [])),
  );
  return views.map((view) => ({
    name: view.replace(/View$/, 'Register'),
    register: {
      type: 'object',
      additionalProperties: false,
      required: ['items', 'next'],
      description: 'Newest first.',
      properties: {
        items: { type: 'array', maxItems: 100, items: { $ref: `#/components/schemas/${view}` } },
        next: { $ref: '#/components/schemas/Next' },
      },
    },
  }));
}

function pathsOf({ slice, paths }, roles) {
  return Object.fromEntries(
    Object.entries(paths).map(([path, { parameters, ...operations }]) => [
      path,
      {
        ...(parameters && { parameters }),
        ...Object.fromEntries(
          Object.entries(operations).map(([method, one]) => [
            method,
            operation({ slice, method, hasPathParameter: path.includes('{'), roles }, one),
          ]),
        ),
      },
    ]),
  );
}

/** A reference into another schema's fields is written out: not every reader follows those. */
function withoutDeepRefs(value, schemas) {
  return JSON.parse(JSON.stringify(value), (_, part) => {
    const [, name, field] = /^#\/components\/schemas\/(\w+)\/properties\/(\w+)$/.exec(part?.$ref ?? '') ?? [];
    return name === undefined ? part : schemas[name].properties[field];
  });
}
