import { createPrivateKey } from 'node:crypto';
import { cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { expect } from 'chai';
import { parse } from 'yaml';
import {
  createOrganizationFolders,
  organizationPaths,
  readPublicOrganization,
} from '../../src/certificates/folders.js';
import { organizationsOf, type Organization } from '../../src/certificates/organization.js';
import { Msps, serializeIdentity } from '../../src/identity/msp.js';
import { consortiumOf } from '../consortiumOf.js';

const NOW = new Date('2026-06-01T12:00:00Z');

function files(tree: string): string[] {
  return readdirSync(tree, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(tree, join(entry.parentPath, entry.name)))
    .sort();
}

function contents(tree: string): Map<string, string> {
  return new Map(files(tree).map((file) => [file, readFileSync(join(tree, file), 'utf8')]));
}

describe("The organizations' folders", () => {
  let folder: string;
  let trees: { privateTree: string; sharedTree: string };
  const organizations = organizationsOf(consortiumOf(2));
  const [harbour, stJulians] = organizations;
  const create = async (): Promise<void> => createOrganizationFolders(organizations, trees, NOW);

  function present(organization: Organization | undefined): Organization {
    if (!organization) throw new Error('no organization');
    return organization;
  }

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'folders-'));
    trees = { privateTree: join(folder, 'private'), sharedTree: join(folder, 'shared') };
    await create();
  });

  after(() => rmSync(folder, { recursive: true }));

  it('are those that cryptogen makes', () => {
    const member = (path: string, name: string): string[] => [
      `${path}/msp/cacerts/ca.harbour.example-cert.pem`,
      `${path}/msp/config.yaml`,
      `${path}/msp/keystore/priv_sk`,
      `${path}/msp/signcerts/${name}-cert.pem`,
      `${path}/msp/tlscacerts/tlsca.harbour.example-cert.pem`,
    ];
    const users = ['Admin', 'Client', 'Delegate'].map((user) => `${user}@harbour.example`);
    expect(files(organizationPaths(trees.privateTree, present(harbour)).folder)).to.deep.equal(
      [
        'ca/ca.harbour.example-cert.pem',
        'ca/priv_sk',
        'msp/cacerts/ca.harbour.example-cert.pem',
        'msp/config.yaml',
        'msp/tlscacerts/tlsca.harbour.example-cert.pem',
        'tlsca/priv_sk',
        'tlsca/tlsca.harbour.example-cert.pem',
        ...member('peers/peer0.harbour.example', 'peer0.harbour.example'),
        'peers/peer0.harbour.example/tls/ca.crt',
        'peers/peer0.harbour.example/tls/server.crt',
        'peers/peer0.harbour.example/tls/server.key',
        ...users.flatMap((user) => member(`users/${user}`, user)),
      ].sort(),
    );
  });

  it('tell roles by organizational unit', () => {
    const { msp } = organizationPaths(trees.privateTree, present(harbour));
    const Certificate = 'cacerts/ca.harbour.example-cert.pem';
    expect(parse(readFileSync(join(msp, 'config.yaml'), 'utf8'))).to.deep.equal({
      NodeOUs: {
        Enable: true,
        ClientOUIdentifier: { Certificate, OrganizationalUnitIdentifier: 'client' },
        PeerOUIdentifier: { Certificate, OrganizationalUnitIdentifier: 'peer' },
        AdminOUIdentifier: { Certificate, OrganizationalUnitIdentifier: 'admin' },
        OrdererOUIdentifier: { Certificate, OrganizationalUnitIdentifier: 'orderer' },
      },
    });
  });

  it('show keys to their owner only, and to nobody what is in the folder of an organization', () => {
    const keys = files(trees.privateTree).filter((file) => /(_sk|\.key)$/.test(file));
    expect(keys).to.have.length(2 * (2 + 2 + 3) + 3 * (2 + 2 + 1));
    for (const file of keys) expect(statSync(join(trees.privateTree, file)).mode & 0o777, file).to.equal(0o600);
    for (const organization of organizations)
      expect(statSync(organizationPaths(trees.privateTree, organization).folder).mode & 0o777).to.equal(0o700);
  });

  it('have a shared copy without any key', () => {
    const shared = contents(trees.sharedTree);
    expect(shared.size).to.equal(organizations.length * 5);
    for (const [file, text] of shared) {
      expect(text, file).to.not.contain('PRIVATE KEY');
      expect(text).to.equal(readFileSync(join(trees.privateTree, file), 'utf8'));
    }
  });

  it('make MSPs that know the members', () => {
    const definitions = organizations.map((one) => readPublicOrganization(trees.sharedTree, one).msp);
    const msps = new Msps(definitions, () => NOW.getTime());
    const delegate = organizationPaths(trees.privateTree, present(stJulians)).user('Delegate');
    const certificate = readFileSync(delegate.certificate, 'utf8');
    const identity = msps.identity(serializeIdentity('StJuliansMSP', certificate));
    expect(identity.role).to.equal('client');
    const key = createPrivateKey(readFileSync(delegate.privateKey));
    expect(identity.certificate.checkPrivateKey(key)).to.equal(true);
  });

  it('stay as they are when made again', async () => {
    const before = contents(folder);
    await create();
    expect(contents(folder)).to.deep.equal(before);
  });

  it('are made where they are missing, beside what a killed run left', async () => {
    const before = contents(trees.privateTree);
    const { folder: own } = organizationPaths(trees.privateTree, present(stJulians));
    cpSync(own, `${own}.unfinished`, { recursive: true });
    rmSync(join(`${own}.unfinished`, 'msp'), { recursive: true });
    rmSync(own, { recursive: true });
    await create();
    const after = contents(trees.privateTree);
    expect([...after.keys()]).to.deep.equal([...before.keys()]);
    for (const [file, text] of after)
      if (!file.endsWith('config.yaml'))
        expect(text === before.get(file), file).to.equal(!file.includes('stjulians.ex'));
    expect(existsSync(`${own}.unfinished`)).to.equal(false);
  });

  it('have a shared copy that follows new keys', async () => {
    const shared = organizationPaths(trees.sharedTree, present(harbour));
    const { folder: own } = organizationPaths(trees.privateTree, present(harbour));
    const before = readFileSync(shared.authority, 'utf8');
    renameSync(own, join(folder, 'lost'));
    await create();
    expect(readFileSync(shared.authority, 'utf8')).to.not.equal(before);
    expect(readFileSync(shared.authority, 'utf8')).to.equal(
      readFileSync(join(own, 'msp/cacerts/ca.harbour.example-cert.pem'), 'utf8'),
    );
  });
});
