import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect } from 'chai';
import { readOpenapiDocument } from '../../src/http/openapiDocument.js';
import type { Answer } from './servedClub.js';

const document: object = JSON.parse(readOpenapiDocument().text) as object;
const ajv = new Ajv2020({ strict: false, allErrors: true }).addSchema(document, 'document');

/** Holds a problem against the document's own schema of problems. */
export function requireProblem({ status, headers, body }: Answer): void {
  const isProblem = ajv.validate({ $ref: 'document#/components/schemas/Problem' }, body);
  expect(isProblem, JSON.stringify([body, ajv.errors])).to.equal(true);
  expect(body).to.include({ status, correlationId: headers.get('correlation-id') });
}

/** `404 RECORD_NOT_FOUND`, what a test says of an answer; of one that is no problem the status alone. */
export const said = ({ status, body }: Answer): string =>
  typeof body === 'object' && body !== null && 'code' in body ? `${status} ${String(body.code)}` : String(status);
