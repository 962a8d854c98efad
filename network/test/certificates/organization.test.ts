import { X509Certificate, createPrivateKey } from 'node:crypto';
import { createServer, connect, type TLSSocket } from 'node:tls';
import { once } from 'node:events';
import { expect } from 'chai';
import { issueOrganization, organizationsOf, type OrganizationKeys } from '../../src/certificates/organization.js';
import { consortiumOf } from '../consortiumOf.js';

const NOW = new Date('2026-06-01T12:00:00Z');

describe('An organization', () => {
  let harbour: OrganizationKeys;
  let office: OrganizationKeys;

  before(async () => {
    const organizations = organizationsOf(consortiumOf(3));
    const [first, last] = [organizations[0], organizations.at(-1)];
    if (!first || !last) throw new Error('no organizations');
    [harbour, office] = [await issueOrganization(first, NOW), await issueOrganization(last, NOW)];
  });

  it('of a club has a peer, an admin, a client and a delegate', () => {
    const told = [harbour.node, ...harbour.users].map(({ name, role }) => `${name} ${role}`);
    expect(told).to.deep.equal([
      'peer0.harbour.example peer',
      'Admin@harbour.example admin',
      'Client@harbour.example client',
      'Delegate@harbour.example client',
    ]);
  });

  it('that orders has an ordering node and an admin', () => {
    const told = [office.node, ...office.users].map(({ name, role }) => `${name} ${role}`);
    expect(told).to.deep.equal(['orderer.office-ord.example orderer', 'Admin@office-ord.example admin']);
  });

  it('has certificates from its own authority for ten years, from an hour ago', () => {
    const authority = new X509Certificate(harbour.authority.certificate);
    expect(authority.ca).to.equal(true);
    for (const { identity } of [harbour.node, ...harbour.users]) {
      const certificate = new X509Certificate(identity.certificate);
      expect(certificate.ca).to.equal(false);
      expect(certificate.verify(authority.publicKey)).to.equal(true);
      expect(certificate.validFromDate.toISOString()).to.equal('2026-06-01T11:00:00.000Z');
      expect(certificate.validToDate.toISOString()).to.equal('2036-06-01T11:00:00.000Z');
      expect(certificate.checkPrivateKey(createPrivateKey(identity.privateKey))).to.equal(true);
    }
    expect(new X509Certificate(office.node.identity.certificate).verify(authority.publicKey)).to.equal(false);
  });

  it('has another authority for TLS', () => {
    const tls = new X509Certificate(harbour.node.tls.certificate);
    expect(tls.verify(new X509Certificate(harbour.tlsAuthority.certificate).publicKey)).to.equal(true);
    expect(tls.verify(new X509Certificate(harbour.authority.certificate).publicKey)).to.equal(false);
  });

  it('has TLS certificates with the names that are dialled', () => {
    const tls = new X509Certificate(harbour.node.tls.certificate);
    for (const host of ['localhost', 'peer0.harbour.example']) expect(tls.checkHost(host), host).to.equal(host);
    expect(tls.checkIP('127.0.0.1')).to.equal('127.0.0.1');
    expect(tls.checkHost('peer0.orchard.example')).to.equal(undefined);
  });

  it('can be spoken to by TLS, and by nobody who trusts another', async () => {
    const { certificate: cert, privateKey: key } = harbour.node.tls;
    const server = createServer({ cert, key }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('not listening');
    const dial = async (ca: string): Promise<string> => {
      const socket: TLSSocket = connect({ host: 'localhost', port: address.port, ca });
      try {
        await once(socket, 'secureConnect');
        return 'trusted';
      } catch {
        return 'refused';
      } finally {
        socket.destroy();
      }
    };
    expect(await dial(harbour.tlsAuthority.certificate)).to.equal('trusted');
    expect(await dial(office.tlsAuthority.certificate)).to.equal('refused');
    server.close();
  });

  it('never has the same key twice', () => {
    const members = [harbour, office].flatMap(({ authority, tlsAuthority, node, users }) => [
      authority,
      tlsAuthority,
      node.identity,
      node.tls,
      ...users.map(({ identity }) => identity),
    ]);
    expect(new Set(members.map(({ privateKey }) => privateKey)).size).to.equal(members.length);
    const serials = members.map(({ certificate }) => new X509Certificate(certificate).serialNumber);
    expect(new Set(serials).size).to.equal(members.length);
  });
});
