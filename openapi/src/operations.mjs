const schema = (name) => ({ $ref: `#/components/schemas/${name}` });
const parameter = (name) => ({ $ref: `#/components/parameters/${name}` });
const header = (name) => ({ $ref: `#/components/headers/${name}` });
const json = (content) => ({ 'application/json': { schema: content } });

const always = { 'Ledger-Height': header('LedgerHeight'), 'Correlation-Id': header('CorrelationId') };

/** An operation with its parameters, its body and every answer it can give. */
export function operation({ slice, method, hasPathParameter, roles }, one) {
  const {
    'x-roles': mayCall,
    'x-body': body,
    'x-answer': answer,
    'x-register': register,
    'x-text': text,
    'x-health': health,
    'x-binary': binary,
    parameters = [],
    ...rest
  } = one;
  const isCommand = method === 'post';
  return {
    ...rest,
    tags: [slice],
    ...(mayCall ? { 'x-roles': mayCall === 'all' ? roles : mayCall, security: [{ bearer: [] }] } : { security: [] }),
    parameters: [...parameters, ...(mayCall ? ownParameters({ isCommand, register }) : []), parameter('CorrelationId')],
    ...(body && { requestBody: { required: true, content: json(schema(body)) } }),
    responses: {
      ...successes({ isCommand, answer, register, text, health, binary, guarded: mayCall !== undefined }),
      ...problems({ isCommand, isGuarded: mayCall !== undefined, hasPathParameter, health }),
    },
  };
}

function ownParameters({ isCommand, register }) {
  if (isCommand) return ['IdempotencyKey', 'Prefer', 'DryRun'].map(parameter);
  return register ? ['Limit', 'Cursor'].map(parameter) : [parameter('IfNoneMatch')];
}

function successes({ isCommand, answer, register, text, health, binary, guarded }) {
  if (isCommand) return commandAnswers(answer);
  if (text) {
    const content = { [text]: { schema: text === 'application/json' ? { type: 'object' } : { type: 'string' } } };
    return { 200: { description: 'As it is now.', headers: always, content } };
  }
  if (health) {
    const said = (description) => ({ description, headers: always, content: json(schema(health)) });
    return { 200: said('It is so.'), 503: said('It is not so; the checks say why.') };
  }
  if (register) {
    const content = json(schema(register.replace(/View$/, 'Register')));
    return { 200: { description: 'A page.', headers: always, content } };
  }
  const headers = guarded ? { ...always, ETag: header('ETag') } : always;
  const bytes = binary && { [binary]: { schema: { type: 'string', contentMediaType: binary } } };
  return {
    200: { description: 'As it is now.', headers, content: { ...json(schema(answer)), ...bytes } },
    ...(guarded && { 304: { description: 'As the caller has it.', headers } }),
  };
}

function commandAnswers(answer) {
  const headers = { ...always, Operation: header('Operation') };
  const made = { ...headers, Location: header('Location') };
  return {
    200: {
      description: 'Done, or nothing had to change; with dryRun, what would be done.',
      headers: { ...headers, ETag: header('ETag') },
      content: json({ anyOf: [schema(answer), schema('DryRun')] }),
    },
    201: {
      description: 'Done; the record is new.',
      headers: { ...made, ETag: header('ETag') },
      content: json(schema(answer)),
    },
    202: { description: 'On its way.', headers: made, content: json(schema('OperationView')) },
  };
}

const meanings = {
  400: 'A parameter, a header or the JSON is malformed.',
  401: 'No token, or none that this node accepts.',
  403: 'The caller may not do this.',
  404: 'There is no such thing.',
  405: 'The path does not take this method.',
  409: 'The state of the ledger, or of an operation, is against it.',
  413: 'The request is too large.',
  415: 'The body is not JSON.',
  422: 'The body does not have its form, or contradicts itself.',
  500: 'Something failed that should not.',
  503: 'Something that is needed is away.',
};

function problems({ isCommand, isGuarded, hasPathParameter, health }) {
  const statuses = [
    400,
    ...(isGuarded ? [401, 403] : []),
    ...(isCommand || hasPathParameter ? [404] : []),
    405,
    ...(isCommand ? [409, 413, 415, 422] : []),
    500,
    ...(health ? [] : [503]),
  ];
  return Object.fromEntries(statuses.map((status) => [status, { $ref: `#/components/responses/Problem${status}` }]));
}

/** The problems that operations refer to, by name. */
export const problemResponses = () =>
  Object.fromEntries(Object.keys(meanings).map((status) => [`Problem${status}`, problem(Number(status))]));

function problem(status) {
  return {
    description: meanings[status],
    headers: {
      ...always,
      ...([409, 503].includes(status) && { 'Retry-After': header('RetryAfter') }),
      ...(status === 401 && { 'WWW-Authenticate': header('WWWAuthenticate') }),
      ...(status === 405 && { Allow: header('Allow') }),
    },
    content: { 'application/problem+json': { schema: schema('Problem') } },
  };
}
