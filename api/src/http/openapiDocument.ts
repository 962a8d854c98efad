import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { TokenRole } from './route.js';

/** One method of one path. */
export interface Operation {
  readonly id: string;
  readonly method: 'get' | 'post';
  /** as express takes it: /passes/:passId */
  readonly path: string;
  /** who may call it; undefined: everybody */
  readonly roles: readonly TokenRole[] | undefined;
  readonly hasBody: boolean;
}

export interface OpenapiDocument {
  readonly text: string;
  readonly version: string;
  readonly operations: readonly Operation[];
}

interface OperationObject {
  operationId: string;
  requestBody?: object;
  'x-roles'?: TokenRole[];
}

interface DocumentObject {
  info: { version: string };
  paths: Record<string, Partial<Record<'get' | 'post', OperationObject>>>;
}

/** The document that openapi/ generates: it is served, and requests are held against it. */
export function readOpenapiDocument(): OpenapiDocument {
  const text = readFileSync(fileURLToPath(import.meta.resolve('@reciprocal-clubs/openapi/openapi.json')), 'utf8');
  const { info, paths } = JSON.parse(text) as DocumentObject;
  const operations = Object.entries(paths).flatMap(([path, item]) =>
    (['get', 'post'] as const).flatMap((method) => {
      const operation = item[method];
      return operation ? [describe(method, path, operation)] : [];
    }),
  );
  return { text, version: info.version, operations };
}

const describe = (method: Operation['method'], path: string, operation: OperationObject): Operation => ({
  id: operation.operationId,
  method,
  path: path.replaceAll(/\{(\w+)\}/g, ':$1'),
  roles: operation['x-roles'],
  hasBody: operation.requestBody !== undefined,
});
