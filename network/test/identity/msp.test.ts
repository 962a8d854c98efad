import { createPrivateKey } from 'node:crypto';
import { expect } from 'chai';
import { Authority, validityAt } from '../../src/certificates/authority.js';
import { publicPart } from '../../src/certificates/organization.js';
import { DER_SEQUENCE, derElement, derUnsignedInteger } from '../../src/encoding/der.js';
import { InvalidIdentityError, Msps, serializeIdentity, type MspDefinition } from '../../src/identity/msp.js';
import { readSignature, signLowS } from '../../src/identity/sign.js';
import { Certified, signer } from '../certified.js';
import { consortiumOf } from '../consortiumOf.js';
import { certify, newAuthority, resigned, selfSigned } from './oddCertificates.js';

const NOW = new Date('2026-06-01T12:00:00Z');
const YEAR_MS = 365 * 86_400_000;
const DATA = Buffer.from('a proposal');

describe('Identities of a channel', () => {
  let certified: Certified;
  let harbour: MspDefinition;

  before(async () => {
    certified = await Certified.create(consortiumOf(2), NOW);
    const [first] = certified.organizations;
    if (!first) throw new Error('no organization');
    harbour = publicPart(first).msp;
  });

  const refusal = (serialized: Buffer, definitions: readonly MspDefinition[] = [harbour]): string => {
    try {
      new Msps(definitions, () => NOW.getTime()).identity(serialized);
    } catch (error) {
      expect(error).to.be.instanceOf(InvalidIdentityError);
      return String(error);
    }
    return 'accepted';
  };

  it('have the MSP and the role that their certificate gives them', () => {
    const roles = ['peer0', 'Admin', 'Client', 'Delegate'].map((name) => {
      const { mspId, role } = certified.identity('HarbourMSP', name);
      return `${mspId} ${role}`;
    });
    expect(roles).to.deep.equal(['HarbourMSP peer', 'HarbourMSP admin', 'HarbourMSP client', 'HarbourMSP client']);
    expect(certified.identity('OfficeOrdMSP', 'orderer').role).to.equal('orderer');
  });

  it('are proven by signatures', () => {
    const { serialized, key } = certified.signer('HarbourMSP', 'Client');
    const signature = signLowS(key, DATA);
    for (const round of ['first', 'remembered'])
      expect(certified.msps.authenticate(serialized, DATA, signature).mspId, round).to.equal('HarbourMSP');
    expect(() => certified.msps.authenticate(serialized, Buffer.from('another'), signature)).to.throw(
      InvalidIdentityError,
      'The signature is invalid',
    );
    const stranger = certified.signer('StJuliansMSP', 'Client').serialized;
    expect(() => certified.msps.authenticate(stranger, DATA, signature)).to.throw('The signature is invalid');
  });

  it('are not proven by a signature with high s, not even after the low one was seen', () => {
    const { serialized, key } = certified.signer('HarbourMSP', 'Client');
    const low = signLowS(key, DATA);
    certified.msps.authenticate(serialized, DATA, low);
    expect(() => certified.msps.authenticate(serialized, DATA, withOtherS(low))).to.throw('The signature is invalid');
  });

  it('stay who they are when the caller reuses the memory of the bytes', () => {
    const { serialized } = certified.signer('HarbourMSP', 'Admin');
    const reused = Buffer.from(serialized);
    const msps = new Msps([harbour], () => NOW.getTime());
    const identity = msps.identity(reused);
    reused.fill(0);
    expect(msps.identity(serialized)).to.equal(identity);
    expect(identity.serialized.equals(serialized)).to.equal(true);
  });

  it('of an MSP that the channel does not know are refused', () => {
    const { serialized } = certified.signer('StJuliansMSP', 'Client');
    expect(refusal(serialized)).to.contain('MSP StJuliansMSP is not defined on channel');
    const msps = new Msps([harbour], () => 0);
    expect([msps.has('HarbourMSP'), msps.has('StJuliansMSP')]).to.deep.equal([true, false]);
  });

  it('issued by another authority of the same name are refused', async () => {
    const impostor = await Authority.create('ca.harbour.example', 'harbour.example', validityAt(NOW));
    const forged = await impostor.issueIdentity('Client@harbour.example', 'client');
    expect(refusal(signer('HarbourMSP', forged).serialized)).to.contain('certificate signed by unknown authority');
  });

  it("of one club's authority under another club's name are refused", () => {
    const own = certified.identity('StJuliansMSP', 'Client').certificate.toString();
    expect(refusal(serializeIdentity('HarbourMSP', own))).to.contain('certificate signed by unknown authority');
  });

  it('that are an authority, or signed by themselves, are refused', async () => {
    const [root = ''] = harbour.rootCertificates;
    expect(refusal(serializeIdentity('HarbourMSP', root))).to.contain('cannot be used as an identity');
    const alone = await selfSigned(['client'], NOW);
    expect(refusal(serializeIdentity('HarbourMSP', alone))).to.contain('certificate signed by unknown authority');
  });

  it('with no role or with two are refused', async () => {
    const authority = await newAuthority('root', NOW);
    const definition = { ...harbour, rootCertificates: [authority.pem], nodeOus: withoutIssuer(harbour) };
    const odd = async (units: string[]): Promise<string> =>
      refusal(serializeIdentity('HarbourMSP', await certify(authority, units, NOW)), [definition]);
    expect(await odd(['client'])).to.equal('accepted');
    expect(await odd(['client', 'department'])).to.equal('accepted');
    expect(await odd(['department'])).to.contain('does not have an OU that resolves to');
    expect(await odd([])).to.contain('does not have an OU that resolves to');
    expect(await odd(['client', 'admin'])).to.contain('not a combination of them');
  });

  it('may be issued by an intermediate authority, and then no longer by the root above it', async () => {
    const root = await newAuthority('root', NOW);
    const intermediate = await newAuthority('intermediate', NOW, root);
    const definition = {
      ...harbour,
      rootCertificates: [root.pem],
      intermediateCertificates: [intermediate.pem],
      nodeOus: withoutIssuer(harbour),
    };
    const byIntermediate = serializeIdentity('HarbourMSP', await certify(intermediate, ['peer'], NOW));
    const byRoot = serializeIdentity('HarbourMSP', await certify(root, ['peer'], NOW));
    expect(refusal(byIntermediate, [definition])).to.equal('accepted');
    expect(refusal(byRoot, [definition])).to.contain('should be a leaf of the certification tree');
  });

  it('have their role only from the authority that the role names', async () => {
    const [mine, other] = [await newAuthority('mine', NOW), await newAuthority('other', NOW)];
    const definition = {
      ...harbour,
      rootCertificates: [mine.pem, other.pem],
      nodeOus: [{ role: 'peer' as const, organizationalUnit: 'peer', issuer: mine.pem }],
    };
    const byMine = serializeIdentity('HarbourMSP', await certify(mine, ['peer'], NOW));
    const byOther = serializeIdentity('HarbourMSP', await certify(other, ['peer'], NOW));
    expect(refusal(byMine, [definition])).to.equal('accepted');
    expect(refusal(byOther, [definition])).to.contain('certifiersIdentifier does not match');
  });

  it('that begin before their authority does are refused', async () => {
    const authority = await newAuthority('root', NOW);
    const early = await certify(authority, ['client'], new Date(NOW.getTime() - YEAR_MS));
    const definition = { ...harbour, rootCertificates: [authority.pem], nodeOus: withoutIssuer(harbour) };
    expect(refusal(serializeIdentity('HarbourMSP', early), [definition])).to.contain('expired or is not yet valid');
  });

  it('that have expired still prove what they signed, and are known as expired', () => {
    const { serialized, key } = certified.signer('HarbourMSP', 'Client');
    const [later, soon] = [NOW.getTime() + 11 * YEAR_MS, NOW.getTime() + 9 * YEAR_MS];
    const expired = new Msps([harbour], () => later);
    expect(expired.isExpired(expired.authenticate(serialized, DATA, signLowS(key, DATA)))).to.equal(true);
    const valid = new Msps([harbour], () => soon);
    expect(valid.isExpired(valid.identity(serialized))).to.equal(false);
  });

  it('are the same when only the form of the issuer signature differs', () => {
    const { certificate, fingerprint } = certified.identity('HarbourMSP', 'Client');
    const variant = resigned(certificate, withOtherS);
    expect(variant).to.not.equal(certificate.toString());
    const twin = certified.msps.identity(serializeIdentity('HarbourMSP', variant));
    expect(twin.fingerprint).to.equal(fingerprint);
    expect(certified.identity('HarbourMSP', 'Delegate').fingerprint).to.not.equal(fingerprint);
  });

  it('whose PEM frame Go would not take are refused', () => {
    const pem = certified.identity('HarbourMSP', 'Client').certificate.toString();
    for (const [part, other] of [
      ['-----END CERTIFICATE-----', '-----END CERTIFICATF-----'],
      ['-----BEGIN CERTIFICATE-----', '-----BEGIN CERTIFICATE----'],
      ['-----BEGIN CERTIFICATE-----', 'x-----BEGIN CERTIFICATE-----'],
      ['CERTIFICATE-----\n', 'CERTIFICATE-----\n\v'],
    ] as const) {
      const changed = pem.replace(part, other);
      expect(changed).not.to.equal(pem);
      expect(refusal(serializeIdentity('HarbourMSP', changed)), other).to.contain('could not decode the PEM structure');
    }
  });

  it('that cannot be read are refused in clear words', () => {
    expect(refusal(Buffer.from([0x0a, 0x05, 0x41]))).to.contain('cut short');
    expect(refusal(serializeIdentity('HarbourMSP', 'no certificate'))).to.contain('could not decode the PEM structure');
    const garbage = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';
    expect(refusal(serializeIdentity('HarbourMSP', garbage))).to.contain('parseCertificate failed');
    const { certificate } = certified.identity('HarbourMSP', 'Client');
    const trailing = Buffer.concat([certificate.raw, Buffer.from([0])]).toString('base64');
    const padded = `-----BEGIN CERTIFICATE-----\n${trailing}\n-----END CERTIFICATE-----\n`;
    expect(refusal(serializeIdentity('HarbourMSP', padded))).to.contain('trailing data');
  });

  it('on another curve are members too, as in Fabric', async () => {
    const authority = await newAuthority('root', NOW);
    const definition = { ...harbour, rootCertificates: [authority.pem], nodeOus: withoutIssuer(harbour) };
    const p384 = await certify(authority, ['client'], NOW, 'P-384');
    const member = new Msps([definition], () => NOW.getTime()).identity(serializeIdentity('HarbourMSP', p384));
    expect(member).to.include({ mspId: 'HarbourMSP', role: 'client' });
  });

  it('sign with the key that belongs to them', () => {
    const [keys] = certified.organizations;
    if (!keys) throw new Error('no organization');
    const key = createPrivateKey(keys.node.identity.privateKey);
    const peer = serializeIdentity('HarbourMSP', keys.node.identity.certificate);
    expect(certified.msps.authenticate(peer, DATA, signLowS(key, DATA)).role).to.equal('peer');
  });
});

describe('An MSP', () => {
  it('whose authority is no authority is refused', async () => {
    const leaf = await selfSigned(['client'], NOW);
    const definition = {
      mspId: 'AMSP',
      rootCertificates: [leaf],
      intermediateCertificates: [],
      tlsRootCertificates: [],
      nodeOus: [],
    };
    expect(() => new Msps([definition], () => 0)).to.throw('CA Certificate did not have the CA attribute');
  });
});

function withoutIssuer({ nodeOus }: MspDefinition): MspDefinition['nodeOus'] {
  return nodeOus.map(({ role, organizationalUnit }) => ({ role, organizationalUnit }));
}

const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

/** The same signature with the other of the two values of s. */
function withOtherS(signature: Buffer): Buffer {
  const numbers = readSignature(signature);
  if (!numbers) throw new Error('not a signature');
  const integer = (value: bigint): Buffer =>
    derUnsignedInteger(Buffer.from(value.toString(16).padStart(64, '0'), 'hex'));
  return derElement(DER_SEQUENCE, integer(numbers.r), integer(ORDER - numbers.s));
}
