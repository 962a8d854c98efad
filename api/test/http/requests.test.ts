import { connect } from 'node:net';
import { once } from 'node:events';
import { expect } from 'chai';
import { readOpenapiDocument } from '../../src/http/openapiDocument.js';
import { bodyLimitBytes } from '../../src/http/body.js';
import { said } from './problems.js';
import { ServedClub, type Answer, type Ask } from './servedClub.js';

const { operations } = readOpenapiDocument();
const key = { 'idempotency-key': 'an-intention-of-this-test' };
const id = 'ab'.repeat(16);

/** What is said of a request that has its form: this club has no such agreement. */
const admitted = '404 AGREEMENT_NOT_FOUND';

const pass = {
  agreementId: id,
  memberNumber: '1234',
  category: 'full',
  from: '2026-11-01',
  to: '2026-11-30',
  party: { family: 0, guests: 1 },
  residentOk: true,
};

describe('What a request must be like', () => {
  let served: ServedClub;
  let token = '';

  before(async () => {
    served = await ServedClub.open();
    token = await served.token('manager', 'delegate');
  });

  after(() => served.close());

  const issue = (ask: Ask = {}): Promise<Answer> =>
    served.ask('POST', '/passes', { token, body: pass, ...ask, headers: { ...key, ...ask.headers } });

  it('admits what has the form that the document gives', async () => {
    expect(said(await issue())).to.equal(admitted);
    expect(said(await issue({ headers: { 'content-type': 'Application/JSON; Charset="UTF-8"' } }))).to.equal(admitted);
  });

  describe('body', () => {
    const malformed = {
      'no JSON': '{"a":',
      'bytes that are no UTF-8': Buffer.from('{"memberNumber":"\xff"}', 'latin1'),
      'two values': '{} {}',
      'a word': 'undefined',
    };
    for (const [what, body] of Object.entries(malformed)) {
      it(`is refused when it is ${what}`, async () => {
        const answer = await issue({ body });
        expect(said(answer)).to.equal('400 MALFORMED_JSON');
      });
    }

    it('is never quoted', async () => {
      expect(JSON.stringify((await issue({ body: '{"memberNumber": 4711 4711}' })).body)).not.to.contain('4711');
      expect(JSON.stringify((await issue({ body: { ...pass, memberNumber: 'x4711!' } })).body)).not.to.contain('4711');
      expect(served.lines.join('\n')).not.to.contain('4711');
    });

    const faulty: [string, unknown, { pointer: string; rule: string }[]][] = [
      ['a list', [], [{ pointer: '', rule: 'type' }]],
      ['a text', '"x"', [{ pointer: '', rule: 'type' }]],
      ['a number', '7', [{ pointer: '', rule: 'type' }]],
      ['nothing', 'null', [{ pointer: '', rule: 'type' }]],
      [
        'without two fields',
        { residentOk: true, party: { family: 0, guests: 1 }, from: '2026-11-01', to: '2026-11-30', category: 'full' },
        [
          { pointer: '/agreementId', rule: 'required' },
          { pointer: '/memberNumber', rule: 'required' },
        ],
      ],
      ['with an unknown field', { ...pass, state: 'issued' }, [{ pointer: '/state', rule: 'additionalProperties' }]],
      [
        'with a field that the API makes',
        { ...pass, passId: id },
        [{ pointer: '/passId', rule: 'additionalProperties' }],
      ],
      ['with a field of a wrong type', { ...pass, residentOk: 'yes' }, [{ pointer: '/residentOk', rule: 'type' }]],
      [
        'with a number as text',
        { ...pass, party: { family: '0', guests: 1 } },
        [{ pointer: '/party/family', rule: 'type' }],
      ],
      ['without a field', { ...pass, memberNumber: undefined }, [{ pointer: '/memberNumber', rule: 'required' }]],
      ['with a date that is none', { ...pass, from: '2026-13-01' }, [{ pointer: '/from', rule: 'pattern' }]],
      ['with NUL in a text', { ...pass, memberNumber: 'a\0b' }, [{ pointer: '', rule: 'unicode' }]],
      [
        'with half a character',
        `${JSON.stringify(pass).slice(0, -1)},"x":"\\ud800"}`,
        [{ pointer: '', rule: 'unicode' }],
      ],
      [
        'with __proto__',
        `${JSON.stringify(pass).slice(0, -1)},"__proto__":{"a":1}}`,
        [{ pointer: '/__proto__', rule: 'additionalProperties' }],
      ],
    ];
    for (const [what, body, faults] of faulty) {
      it(`is refused ${what}, and told where`, async () => {
        const answer = await issue({ body });
        expect(said(answer)).to.equal('422 INVALID_REQUEST');
        expect(answer.body).to.have.property('faults').that.deep.equals(faults);
      });
    }

    it('names every fault at once, and 20 at most', async () => {
      const { body } = await issue({ body: { ...pass, from: 1, to: 2, category: 3 } });
      expect(body).to.have.property('faults').with.length(3);
      const many = Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`field${n}`, n]));
      expect((await issue({ body: { ...pass, ...many } })).body)
        .to.have.property('faults')
        .with.length(20);
    });

    it('may be 1 MiB and no more', async () => {
      const padded = (length: number): string =>
        JSON.stringify(pass) + ' '.repeat(length - JSON.stringify(pass).length);
      expect(said(await issue({ body: padded(bodyLimitBytes) }))).to.equal(admitted);
      expect(said(await issue({ body: padded(bodyLimitBytes + 1) }))).to.equal('413 REQUEST_TOO_LARGE');
    });

    it('may be as deep as it likes without harm', async () => {
      expect(said(await issue({ body: '['.repeat(400_000) + ']'.repeat(400_000) }))).to.equal('422 INVALID_REQUEST');
      const deep = `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`;
      expect(said(await issue({ body: deep }))).to.equal('422 INVALID_REQUEST');
    });

    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'application/json; charset=latin1',
      'application/jsonx',
      'multipart/form-data; boundary=x',
      '',
      ';',
    ])
      it(`is refused as '${type}'`, async () => {
        expect(said(await issue({ headers: { 'content-type': type } }))).to.equal('415 UNSUPPORTED_MEDIA_TYPE');
      });

    it('is refused when it is compressed', async () => {
      expect(said(await issue({ headers: { 'content-encoding': 'gzip' } }))).to.equal('415 UNSUPPORTED_MEDIA_TYPE');
    });

    it('of an operation that takes none is not read', async () => {
      const headers = { 'content-type': 'application/json; x=1' };
      const { port } = served.listening;
      const socket = connect(port, '127.0.0.1');
      socket.end(
        `GET /ping HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: ${headers['content-type']}\r\nContent-Length: 3\r\n\r\n{{{`,
      );
      const [data] = (await once(socket, 'data')) as [Buffer];
      expect(data.toString()).to.match(/^HTTP\/1\.1 200 /);
    });
  });

  describe('parameters', () => {
    const wrong: [string, string, string, string][] = [
      ['an unknown one', '/passes?colour=red', '/query/colour', 'unknown'],
      ['an empty one', '/passes?state=', '/query/state', 'unknown'],
      ['a value that is not among those', '/passes?state=lost', '/query/state', 'enum'],
      ['too much', '/passes?limit=101', '/query/limit', 'maximum'],
      ['nothing', '/passes?limit=0', '/query/limit', 'minimum'],
      ['no number', '/passes?limit=ten', '/query/limit', 'type'],
      ['one given twice', '/passes?limit=1&limit=2', '/query/limit', 'type'],
      ['NUL', '/passes?partner=%00', '/query/partner', 'pattern'],
      ['an id that is none', '/passes/42', '/path/passId', 'pattern'],
      ['a number that is none', '/blocks/first', '/path/number', 'type'],
      ['a number past all', '/blocks/9007199254740993', '/path/number', 'maximum'],
      ['a number without end', '/blocks/1e999', '/path/number', 'maximum'],
    ];
    for (const [what, path, pointer, rule] of wrong) {
      it(`are refused: ${what}`, async () => {
        const answer = await served.ask('GET', path, { token });
        expect(said(answer)).to.equal('400 INVALID_PARAMETER');
        expect(answer.body).to.have.nested.property('faults[0]').that.deep.equals({ pointer, rule });
      });
    }

    it('of a command include an Idempotency-Key of 16 to 128 printable characters', async () => {
      expect(said(await served.ask('POST', '/passes', { token, body: pass }))).to.equal('400 IDEMPOTENCY_KEY_REQUIRED');
      for (const [value, outcome] of [
        ['x'.repeat(16), admitted],
        ['~'.repeat(128), admitted],
        ['x'.repeat(15), '400 INVALID_PARAMETER'],
        ['x'.repeat(129), '400 INVALID_PARAMETER'],
        ['with a space in it', '400 INVALID_PARAMETER'],
        ['\u00e9'.repeat(20), '400 INVALID_PARAMETER'],
      ] as const)
        expect(said(await issue({ headers: { 'idempotency-key': value } })), value).to.equal(outcome);
    });

    it('are told before the body', async () => {
      expect(said(await served.ask('POST', '/passes?dryRun=maybe', { token, headers: key, body: {} }))).to.equal(
        '400 INVALID_PARAMETER',
      );
    });
  });

  describe('path and method', () => {
    for (const path of [
      '/nothing',
      '/Passes',
      '/passes/',
      '//passes',
      '/%ZZ',
      '/passes/%ZZ',
      '/docs/assets/package.json',
      '/docs/assets/..%2f..%2fpackage.json',
      '/__proto__',
    ])
      it(`are refused as unknown: ${path}`, async () => {
        expect(said(await served.ask('GET', path, { token }))).to.equal('404 ROUTE_NOT_FOUND');
      });

    for (const path of new Set(operations.map((operation) => operation.path))) {
      it(`say which methods there are: ${path}`, async () => {
        const methods = operations
          .filter((operation) => operation.path === path)
          .map(({ method }) => method.toUpperCase());
        for (const method of ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'].filter(
          (one) => !methods.includes(one),
        )) {
          const answer = await served.ask(method, path.replace(/:\w+/g, 'x'));
          expect(said(answer)).to.equal('405 METHOD_NOT_ALLOWED');
          expect(answer.headers.get('allow')).to.equal(methods.join(', '));
        }
        expect((await served.ask('HEAD', path.replace(/:\w+/g, 'x'))).status).to.equal(405);
      });
    }
  });

  describe('correlation id', () => {
    it('is taken over when it is one, and made otherwise', async () => {
      for (const [sent, isTaken] of [
        ['request-0001', true],
        ['short', false],
        ['x'.repeat(65), false],
        ['with space', false],
      ] as const) {
        const answer = await served.ask('GET', '/ping', { headers: { 'correlation-id': sent } });
        expect(answer.headers.get('correlation-id') === sent, sent).to.equal(isTaken);
      }
    });
  });
});
