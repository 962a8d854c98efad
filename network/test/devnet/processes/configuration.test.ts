import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { readPeerConfiguration, tlsRootsOf } from '../../../src/devnet/processes/configuration.js';
import { InvalidFileError } from '../../../src/strictYaml.js';
import { TestNetwork } from '../network/testNetwork.js';

type Mapping = Record<string, unknown>;

describe("A peer's configuration file", () => {
  let network: TestNetwork;
  let path: string;

  before(async () => {
    network = await TestNetwork.create();
    path = join(network.folder, 'changed.json');
  });

  after(() => network.destroy());

  it('is read with the files that it names', () => {
    const configuration = readPeerConfiguration(network.club(0).configurationPath);
    expect(configuration.channel.name).to.equal('clubs');
    expect(configuration.peers.map(({ mspId }) => mspId)).to.deep.equal(['StJuliansMSP', 'OrchardMSP']);
    expect(configuration.chaincodes[0]?.definition.collections.map(({ name }) => name)).to.include('bilateral');
    expect(tlsRootsOf('OfficeOrdMSP', configuration.channel).toString()).to.include('BEGIN CERTIFICATE');
    expect(() => tlsRootsOf('NobodyMSP', configuration.channel)).to.throw('MSP NobodyMSP is not defined on channel');
  });

  const faults: [string, (configuration: Mapping) => void, RegExp][] = [
    ['a field that nobody knows', (all) => (all['surprise'] = 1), /unknown field 'surprise'/],
    ['a missing field', (all) => delete all['mspId'], /\.mspId: expected an MSP id, found nothing/],
    ['a port that is none', (all) => (all['port'] = 70_000), /\.port: expected a whole number from 1 to 65535/],
    [
      'a file that is not there',
      (all) => (all['certificate'] = 'nowhere.pem'),
      /\.certificate: .*nowhere\.pem cannot be read/,
    ],
    ['a key that is none', (all) => (all['privateKey'] = 'genesis.block'), /\.privateKey: .* is not a private key$/],
    ['a genesis block that is none', (all) => (all['genesisBlock'] = 'changed.json'), /is not a genesis block$/],
    ['an address without a port', (all) => (all['address'] = 'localhost'), /\.address: expected host:port/],
    [
      'a policy that cannot be read',
      (all) => (definitionOf(all)['endorsementPolicy'] = 'OR(nobody)'),
      /\.endorsementPolicy: invalid policy string/,
    ],
    [
      'values that would expire',
      (all) => (firstOf(definitionOf(all)['collections'])['blockToLive'] = 5),
      /\.blockToLive: expected a whole number from 0 to 0/,
    ],
  ];
  for (const [what, change, words] of faults)
    it(`is refused for ${what}, with the place`, () => {
      const configuration: Mapping = JSON.parse(network.read(network.club(0).configurationPath));
      change(configuration);
      writeFileSync(path, JSON.stringify(configuration));
      expect(() => readPeerConfiguration(path)).to.throw(InvalidFileError, words);
    });
});

function definitionOf(configuration: Mapping): Mapping {
  return firstOf(configuration['chaincodes'])['definition'] as Mapping;
}

function firstOf(list: unknown): Mapping {
  return (list as Mapping[])[0] ?? {};
}
