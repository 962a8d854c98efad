const schema = (name) => ({ $ref: `#/components/schemas/${name}` });

/** Of two clubs: what they erase is taken out of what was told of it. */
const erasable = ['AgreementBody', 'PassBody', 'VisitBody'];

const recordTold = (name) =>
  erasable.includes(name)
    ? {
        description: 'As it was then. Empty once it was erased.',
        oneOf: [schema(name), { type: 'object', maxProperties: 0 }],
      }
    : schema(name);

/** A CloudEvent per type, each a schema and a webhook, and `Event`: any of them. */
export function webhooks(events) {
  const named = Object.entries(events).map(([type, event]) => ({ type, name: schemaName(type), ...event }));
  return {
    schemas: {
      ...Object.fromEntries(named.map((event) => [event.name, cloudEvent(event)])),
      Event: {
        oneOf: named.map(({ name }) => schema(name)),
        discriminator: {
          propertyName: 'type',
          mapping: Object.fromEntries(named.map(({ type, name }) => [type, schema(name).$ref])),
        },
      },
    },
    webhooks: Object.fromEntries(named.map((event) => [event.type, { post: webhook(event) }])),
  };
}

/** visits.checked-in: VisitsCheckedInEvent */
const schemaName = (type) => `${type.replaceAll(/(?:^|[.-])([a-z])/g, (_, letter) => letter.toUpperCase())}Event`;

function cloudEvent({ type, record, summary }) {
  return {
    type: 'object',
    additionalProperties: false,
    required: ['specversion', 'id', 'source', 'type', 'time', 'datacontenttype', 'subject', 'data'],
    description: summary,
    properties: {
      specversion: { const: '1.0' },
      id: { type: 'string', pattern: '^[a-z0-9.-]+:[0-9]+:[0-9]+:[0-9]+$', description: 'channel:block:index:n' },
      source: {
        type: 'string',
        pattern: '^urn:reciprocal-clubs:[a-z][a-z0-9]{1,30}$',
        description: 'The club that tells.',
      },
      type: { const: type },
      time: {
        type: 'string',
        pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z$',
        description: 'Of the transaction.',
      },
      datacontenttype: { const: 'application/json' },
      subject: { type: 'string', description: 'kind/id of the record.' },
      data: {
        type: 'object',
        additionalProperties: false,
        required: ['block', 'txId', 'record'],
        properties: { block: schema('BlockNumber'), txId: schema('TxId'), record: recordTold(record) },
      },
    },
  };
}

const webhook = ({ type, name, summary }) => ({
  operationId: type,
  summary,
  tags: [type.split('.')[0]],
  requestBody: { required: true, content: { 'application/cloudevents+json': { schema: schema(name) } } },
  responses: { '2XX': { description: 'Taken over.' } },
});
