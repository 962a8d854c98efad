import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { readConfiguration } from '../src/configuration.js';

describe('The configuration of the API', () => {
  let folder = '';
  let path = '';

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'configuration-'));
    path = join(folder, 'api.json');
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  const club = (more: object = {}): object => ({
    id: 'harbour',
    mspId: 'HarbourMSP',
    port: 8051,
    peer: { address: '127.0.0.1:7051', tlsRootCertificate: folder },
    client: { certificate: folder, privateKey: folder },
    delegate: { certificate: folder, privateKey: folder },
    secrets: folder,
    database: { host: '127.0.0.1', port: 6440, name: 'club_harbour', user: 'harbour_api', passwordFile: folder },
    ...more,
  });

  function read(
    file: unknown,
    flags: string[] = [],
    env: Record<string, string> = {},
  ): ReturnType<typeof readConfiguration> {
    writeFileSync(path, typeof file === 'string' ? file : JSON.stringify(file));
    return readConfiguration([path, ...flags], env);
  }

  it('is defaults where the file says nothing', () => {
    const { clubs, ...rest } = read({ clubs: [club()] });
    expect(rest).to.deep.equal({
      host: '127.0.0.1',
      channel: 'clubs',
      chaincode: 'clubs',
      logLevel: 'info',
      validateResponses: false,
      stopMs: 10_000,
    });
    expect(clubs).to.deep.equal([club()]);
  });

  it('is the file, before it the environment, before that the flags', () => {
    const file = { host: '127.0.0.2', logLevel: 'warn', stopMs: 1, clubs: [club()] };
    const found = read(file, ['--log-level', 'debug'], { API_LOG_LEVEL: 'error', API_STOP_MS: '2' });
    expect(found).to.include({ host: '127.0.0.2', logLevel: 'debug', stopMs: 2 });
  });

  const faulty: [string, () => unknown, string][] = [
    ['that is no JSON', () => '{"clubs":', 'api.json'],
    ['without clubs', () => ({}), 'must name at least one club'],
    ['with a word it does not know', () => ({ hots: 'x', clubs: [club()] }), 'hots'],
    ['of a level that there is not', () => ({ logLevel: 'loud', clubs: [club()] }), 'logLevel'],
    ['with a club without a port', () => ({ clubs: [club({ port: undefined })] }), '[0] port: must be a port'],
    ['with a port that is none', () => ({ clubs: [club({ port: 70_000 })] }), '[0] port: must be a port'],
    ['with a word that clubs do not have', () => ({ clubs: [club({ colour: 'red' })] }), 'colour'],
    [
      'with a certificate that is not there',
      () => ({ clubs: [club({ client: { certificate: '/no', privateKey: folder } })] }),
      '[0] client.certificate: must be the path',
    ],
    ['with a club that is none', () => ({ clubs: ['harbour'] }), '[0]'],
    ['with one port for two clubs', () => ({ clubs: [club(), club({ id: 'stjulians' })] }), 'one port'],
    ['with a club named twice', () => ({ clubs: [club(), club({ port: 8151 })] }), 'one id'],
  ];
  for (const [what, file, words] of faulty) {
    it(`is refused ${what}`, () => {
      expect(() => read(file())).to.throw(words);
    });
  }

  it('is refused when nobody names a file, or it is not there', () => {
    expect(() => readConfiguration([], {})).to.throw('usage:');
    expect(() => readConfiguration(['--host', 'x'], {})).to.throw('usage:');
    expect(() => readConfiguration([join(folder, 'nothing.json')], {})).to.throw('nothing.json');
  });
});
