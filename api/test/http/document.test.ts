import { Ajv2020 } from 'ajv/dist/2020.js';
import type { Schemas } from '@reciprocal-clubs/openapi/types';
import { expect } from 'chai';
import express from 'express';
import { middleware } from 'express-openapi-validator';
import { readOpenapiDocument } from '../../src/http/openapiDocument.js';
import { listen } from '../../src/http/listening.js';
import { errors } from '../../src/openapi/errors.generated.js';
import { passBody, idOf } from './samples.js';

type Operation = Record<'responses', Record<string, unknown>>;

const { text } = readOpenapiDocument();
const document = JSON.parse(text) as {
  paths: Record<string, Record<string, Operation>>;
  webhooks: Record<string, unknown>;
  components: { schemas: Record<string, { enum?: string[] }> };
};

describe('The OpenAPI document', () => {
  it('is one, by the schema of OpenAPI 3.1 itself', async () => {
    const app = express();
    type Specification = Exclude<Parameters<typeof middleware>[0]['apiSpec'], string>;
    app.use(middleware({ apiSpec: JSON.parse(text) as Specification, validateApiSpec: true }));
    app.get('/ping', (_req, res) => void res.json({ pong: true }));
    const { port, stop } = await listen(app, { host: '127.0.0.1', port: 0 });
    const response = await fetch(`http://127.0.0.1:${port}/ping`);
    expect([response.status, await response.text()]).to.deep.equal([200, '{"pong":true}']);
    await stop(0);
  });

  it('declares every status that a code of the catalogue has, for commands', () => {
    const statuses = new Set(Object.values(errors).map(({ status }) => String(status)));
    const commands = Object.values(document.paths).flatMap(({ post }) => (post ? [post] : []));
    expect(commands).to.have.length(14);
    for (const { responses } of commands) expect(Object.keys(responses)).to.include.members([...statuses]);
  });

  it('names every code that is a problem', () => {
    const problems = Object.entries(errors).filter(([, { status }]) => status >= 400);
    expect(document.components.schemas['ProblemCode']?.enum).to.have.members(problems.map(([code]) => code));
  });

  it('has an event for each webhook, and holds its record to what the read model may show', () => {
    const ajv = new Ajv2020({ strict: false }).addSchema(document, 'document');
    const isEvent = (value: unknown): boolean => ajv.validate({ $ref: 'document#/components/schemas/Event' }, value);
    const event: Schemas['PassesIssuedEvent'] = {
      specversion: '1.0',
      id: 'clubs:7:0:0',
      source: 'urn:reciprocal-clubs:harbour',
      type: 'passes.issued',
      time: '2026-11-21T12:00:00.000Z',
      datacontenttype: 'application/json',
      subject: `pass/${idOf(1)}`,
      data: { block: 7, txId: 'ab'.repeat(32), record: passBody(idOf(1)) },
    };
    expect(isEvent(event), JSON.stringify(ajv.errors)).to.equal(true);
    const salted = { ...event, data: { ...event.data, record: { ...event.data.record, salt: 'ab'.repeat(32) } } };
    expect(isEvent(salted)).to.equal(false);
    expect(isEvent({ ...event, type: 'passes.lost' })).to.equal(false);
    expect(isEvent({ ...event, data: { ...event.data, record: {} } }), 'erased').to.equal(true);
    expect(Object.keys(document.webhooks)).to.include(event.type);
  });
});
