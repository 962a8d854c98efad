/**
 * The files that the programs of devnet are started with: JSON (or YAML), paths relative to the file.
 */
import { createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Credentials } from '../../certificates/authority.js';
import { readChannel, type Channel } from '../../genesis/channel.js';
import { readYaml, type Place } from '../../strictYaml.js';
import type { TlsKeys } from '../grpc/server.js';
import type { ChaincodeDefinition } from '../ports.js';
import { readDefinition } from './definition.js';

interface NodeConfiguration {
  readonly mspId: string;
  /** What it signs as. */
  readonly credentials: Credentials;
  readonly tls: TlsKeys;
  readonly port: number;
  /** Health is told here, over HTTP. */
  readonly operationsPort: number;
  readonly dataFolder: string;
  /** Serialized `common.Block`. */
  readonly genesisBlock: Buffer;
  /** As the genesis block has it. */
  readonly channel: Channel;
}

export type OrdererConfiguration = NodeConfiguration;

export interface PeerConfiguration extends NodeConfiguration {
  /** `host:port` under which others dial it. */
  readonly address: string;
  readonly chaincodes: readonly {
    readonly definition: ChaincodeDefinition;
    readonly address: string;
    readonly tlsRoots: Buffer;
  }[];
  /** Of the other clubs. */
  readonly peers: readonly { readonly mspId: string; readonly address: string; readonly certificate: string }[];
  readonly ordering: { readonly mspId: string; readonly address: string };
}

/** @throws InvalidFileError with the place and what it should be */
export function readOrdererConfiguration(path: string): OrdererConfiguration {
  return readYaml(path, (root) => readNode(root, new Files(path)));
}

/** @throws InvalidFileError with the place and what it should be */
export function readPeerConfiguration(path: string): PeerConfiguration {
  const files = new Files(path);
  return readYaml(path, (root) => ({
    ...readNode(root, files),
    address: readAddress(root.field('address')),
    chaincodes: root.field('chaincodes').list(0, (chaincode) =>
      chaincode.mapping((place) => ({
        definition: place.field('definition').mapping(readDefinition),
        address: readAddress(place.field('address')),
        tlsRoots: files.read(place.field('tlsRoots')),
      })),
    ),
    peers: root.field('peers').list(0, (other) =>
      other.mapping((place) => ({
        mspId: readMspId(place.field('mspId')),
        address: readAddress(place.field('address')),
        certificate: files.read(place.field('certificate')).toString(),
      })),
    ),
    ordering: root.field('ordering').mapping((place) => ({
      mspId: readMspId(place.field('mspId')),
      address: readAddress(place.field('address')),
    })),
  }));
}

/** PEM of the authorities behind an organization's servers. @throws Error when the channel has no such organization */
export function tlsRootsOf(mspId: string, { mspDefinitions }: Channel): Buffer {
  const definition = mspDefinitions.find((one) => one.mspId === mspId);
  if (!definition) throw new Error(`MSP ${mspId} is not defined on channel`);
  return Buffer.from(definition.tlsRootCertificates.join('\n'));
}

function readNode(root: Place, files: Files): NodeConfiguration {
  const genesis = root.field('genesisBlock');
  const genesisBlock = files.read(genesis);
  return {
    mspId: readMspId(root.field('mspId')),
    credentials: {
      certificate: files.read(root.field('certificate')).toString(),
      privateKey: files.parse(root.field('privateKey'), 'a private key', readPrivateKey),
    },
    tls: root.field('tls').mapping((tls) => ({
      certificate: files.read(tls.field('certificate')),
      privateKey: files.read(tls.field('privateKey')),
    })),
    port: readPort(root.field('port')),
    operationsPort: readPort(root.field('operationsPort')),
    dataFolder: files.path(root.field('dataFolder')),
    genesisBlock,
    channel: files.parse(genesis, 'a genesis block', readChannel),
  };
}

/** Files named in a configuration file. */
class Files {
  readonly #folder: string;

  constructor(configurationPath: string) {
    this.#folder = dirname(resolve(configurationPath));
  }

  path(place: Place): string {
    return resolve(this.#folder, place.text(/./, 'a path'));
  }

  read(place: Place): Buffer {
    const path = this.path(place);
    try {
      return readFileSync(path);
    } catch {
      return place.refuse(`${path} cannot be read`);
    }
  }

  /** The error of `parse` is not told: it may quote a private key. */
  parse<Value>(place: Place, meaning: string, parse: (bytes: Buffer) => Value): Value {
    const bytes = this.read(place);
    try {
      return parse(bytes);
    } catch {
      return place.refuse(`${this.path(place)} is not ${meaning}`);
    }
  }
}

function readPrivateKey(pem: Buffer): string {
  createPrivateKey(pem);
  return pem.toString();
}

function readMspId(place: Place): string {
  return place.text(/^[A-Za-z][A-Za-z0-9-]{0,63}$/, 'an MSP id');
}

function readAddress(place: Place): string {
  return place.text(/^[a-z0-9][a-z0-9.-]*:\d{1,5}$/, 'host:port');
}

function readPort(place: Place): number {
  return place.integer(1, 65_535);
}
