import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { readConfiguration } from '../src/configuration.js';

describe('the configuration of the listener', () => {
  const folder = mkdtempSync(join(tmpdir(), 'listener-configuration-'));
  const path = join(folder, 'listener.json');
  const there = join(folder, 'there');

  before(() => writeFileSync(there, 'x'));
  after(() => rmSync(folder, { recursive: true, force: true }));

  const club = () => ({
    id: 'harbour',
    mspId: 'HarbourMSP',
    peer: { address: 'localhost:7051', tlsRootCertificate: there },
    client: { certificate: there, privateKey: there },
    database: { host: '127.0.0.1', port: 5432, name: 'club_harbour', user: 'harbour_listener', passwordFile: there },
    nats: { server: '127.0.0.1:4222', user: 'harbour-listener', passwordFile: there },
  });
  const read = (file: object, args: readonly string[] = [], env: NodeJS.ProcessEnv = {}) => {
    writeFileSync(path, JSON.stringify(file));
    return readConfiguration([path, ...args], env);
  };

  it('is the file with defaults', () => {
    expect(read({ port: 6442, genesisBlock: there, clubs: [club()] })).to.deep.equal({
      host: '127.0.0.1',
      port: 6442,
      channel: 'clubs',
      chaincode: 'clubs',
      genesisBlock: there,
      standingHeightMs: 60_000,
      logLevel: 'info',
      clubs: [club()],
    });
  });

  it('is overruled by the environment, and that by flags', () => {
    const file = { port: 6442, genesisBlock: there, clubs: [club()] };
    expect(read(file, [], { LISTENER_PORT: '6443' }).port).to.equal(6443);
    expect(read(file, ['--port', '6444'], { LISTENER_PORT: '6443' }).port).to.equal(6444);
  });

  const faults: [what: string, change: object, words: RegExp][] = [
    ['no port', { port: undefined }, /port: must be a port/],
    ['no genesis block', { genesisBlock: 'nowhere' }, /genesisBlock: must be the path of something that is there/],
    ['no patience', { standingHeightMs: 0 }, /standingHeightMs: must be a whole number of milliseconds/],
    ['no club', { clubs: [] }, /must name at least one club/],
    ['a club twice', { clubs: [club(), club()] }, /must not name a club twice/],
    ['a field that is not known', { colour: 'red' }, /colour/],
    ['a club without peer', { clubs: [{ ...club(), peer: {} }] }, /\[0\].*peer/s],
    ['a club with a field that is not known', { clubs: [{ ...club(), colour: 'red' }] }, /\[0\].*colour/s],
  ];
  for (const [what, change, words] of faults) {
    it(`is refused with ${what}`, () => {
      expect(() => read({ port: 6442, genesisBlock: there, clubs: [club()], ...change })).to.throw(words);
    });
  }

  it('is asked for where it is not given', () => {
    expect(() => readConfiguration([], {})).to.throw(/usage/);
  });
});
