/**
 * An organization's MSP as a channel's configuration holds it.
 */
import { msp } from '@hyperledger/fabric-protos';
import type { MspDefinition, NodeOu, Role } from '../identity/msp.js';

const FABRIC_MSP = 0;

/** A configuration that Fabric allows and this network does not support. */
export class UnsupportedConfigurationError extends Error {
  override readonly name = 'UnsupportedConfigurationError';
}

/** As `configtxgen` makes it of an MSP folder. */
export function mspConfig(definition: MspDefinition): msp.MSPConfig {
  const fabric = new msp.FabricMSPConfig();
  fabric.setName(definition.mspId);
  fabric.setRootCertsList(definition.rootCertificates.map(bytes));
  fabric.setIntermediateCertsList(definition.intermediateCertificates.map(bytes));
  fabric.setTlsRootCertsList(definition.tlsRootCertificates.map(bytes));
  const crypto = new msp.FabricCryptoConfig();
  crypto.setSignatureHashFamily('SHA2');
  crypto.setIdentityIdentifierHashFunction('SHA256');
  fabric.setCryptoConfig(crypto);
  fabric.setFabricNodeOus(nodeOus(definition.nodeOus));
  const config = new msp.MSPConfig();
  config.setType(FABRIC_MSP);
  config.setConfig(fabric.serializeBinary());
  return config;
}

/** @throws UnsupportedConfigurationError for what would be judged differently here than by Fabric */
export function readMspConfig(config: msp.MSPConfig): MspDefinition {
  if (config.getType() !== FABRIC_MSP) throw new UnsupportedConfigurationError(`unknown MSP type ${config.getType()}`);
  const fabric = msp.FabricMSPConfig.deserializeBinary(config.getConfig_asU8());
  const mspId = fabric.getName();
  if (fabric.getRevocationListList().length > 0)
    throw new UnsupportedConfigurationError(`revocation lists are not supported, MSP: [${mspId}]`);
  if (fabric.getOrganizationalUnitIdentifiersList().length > 0)
    throw new UnsupportedConfigurationError(`organizational unit identifiers are not supported, MSP: [${mspId}]`);
  const units = fabric.getFabricNodeOus();
  if (!units?.getEnable()) throw new UnsupportedConfigurationError(`NodeOUs must be enabled, MSP: [${mspId}]`);
  return {
    mspId,
    rootCertificates: fabric.getRootCertsList_asU8().map(text),
    intermediateCertificates: fabric.getIntermediateCertsList_asU8().map(text),
    tlsRootCertificates: fabric.getTlsRootCertsList_asU8().map(text),
    nodeOus: [
      ...readNodeOu('client', units.getClientOuIdentifier()),
      ...readNodeOu('peer', units.getPeerOuIdentifier()),
      ...readNodeOu('admin', units.getAdminOuIdentifier()),
      ...readNodeOu('orderer', units.getOrdererOuIdentifier()),
    ],
  };
}

function nodeOus(units: readonly NodeOu[]): msp.FabricNodeOUs {
  const config = new msp.FabricNodeOUs();
  config.setEnable(true);
  const identifier = (role: Role): msp.FabricOUIdentifier | undefined => {
    const unit = units.find((one) => one.role === role);
    return unit && ouIdentifier(unit);
  };
  config.setClientOuIdentifier(identifier('client'));
  config.setPeerOuIdentifier(identifier('peer'));
  config.setAdminOuIdentifier(identifier('admin'));
  config.setOrdererOuIdentifier(identifier('orderer'));
  return config;
}

function ouIdentifier({ organizationalUnit, issuer }: NodeOu): msp.FabricOUIdentifier {
  const identifier = new msp.FabricOUIdentifier();
  identifier.setOrganizationalUnitIdentifier(organizationalUnit);
  if (issuer !== undefined) identifier.setCertificate(bytes(issuer));
  return identifier;
}

function readNodeOu(role: Role, identifier: msp.FabricOUIdentifier | undefined): NodeOu[] {
  if (!identifier) return [];
  const organizationalUnit = identifier.getOrganizationalUnitIdentifier();
  const issuer = text(identifier.getCertificate_asU8());
  return [issuer === '' ? { role, organizationalUnit } : { role, organizationalUnit, issuer }];
}

function bytes(pem: string): Uint8Array {
  return Buffer.from(pem);
}

function text(pem: Uint8Array): string {
  return Buffer.from(pem).toString();
}
