/**
 * Where an organization's keys and certificates lie: the folders that `cryptogen` makes, which Fabric's programs read.
 *
 * The **private** tree holds the keys; each organization has a folder of its own in it (mode 700), so that no process
 * of another club needs to read there. The **shared** tree repeats what is public of every organization.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  issueOrganization,
  nodeName,
  publicOrganization,
  userName,
  type Member,
  type Organization,
  type OrganizationKeys,
  type PublicOrganization,
  type User,
} from './organization.js';

/** A member's files. */
export interface MemberPaths {
  /** `LOCALMSPDIR` of Fabric's programs. */
  readonly msp: string;
  readonly certificate: string;
  readonly privateKey: string;
}

export interface OrganizationPaths {
  readonly folder: string;
  /** The organization's MSP folder: public, what a channel's configuration is made from. */
  readonly msp: string;
  readonly authority: string;
  readonly tlsAuthority: string;
  readonly node: MemberPaths & {
    readonly tlsAuthority: string;
    readonly tlsCertificate: string;
    readonly tlsPrivateKey: string;
  };
  user(user: User): MemberPaths;
}

/** The files of an organization in a tree; in the shared tree only the public ones are there. */
export function organizationPaths(tree: string, organization: Organization): OrganizationPaths {
  const { kind, domain } = organization;
  const folder = join(tree, kind === 'peer' ? 'peerOrganizations' : 'ordererOrganizations', domain);
  const node = join(folder, kind === 'peer' ? 'peers' : 'orderers', nodeName(organization));
  return {
    folder,
    msp: join(folder, 'msp'),
    authority: join(folder, 'msp', 'cacerts', `ca.${domain}-cert.pem`),
    tlsAuthority: join(folder, 'msp', 'tlscacerts', `tlsca.${domain}-cert.pem`),
    node: {
      ...memberPaths(node, nodeName(organization)),
      tlsAuthority: join(node, 'tls', 'ca.crt'),
      tlsCertificate: join(node, 'tls', 'server.crt'),
      tlsPrivateKey: join(node, 'tls', 'server.key'),
    },
    user: (user) => {
      const name = userName(organization, user);
      return memberPaths(join(folder, 'users', name), name);
    },
  };
}

/**
 * Makes the organizations that are not there yet; those that are there stay as they are. An organization appears
 * complete or not at all, so a killed run is simply run again.
 */
export async function createOrganizationFolders(
  organizations: readonly Organization[],
  trees: { readonly privateTree: string; readonly sharedTree: string },
  now: Date,
): Promise<void> {
  for (const organization of organizations) {
    const { folder } = organizationPaths(trees.privateTree, organization);
    if (!existsSync(folder)) {
      const keys = await issueOrganization(organization, now);
      appearAtOnce(folder, 0o700, privateFiles(keys));
    }
    share(organization, trees.privateTree, trees.sharedTree);
  }
}

/** What is public of an organization, from either tree. */
export function readPublicOrganization(tree: string, organization: Organization): PublicOrganization {
  const paths = organizationPaths(tree, organization);
  return publicOrganization(organization.mspId, {
    authority: readFileSync(paths.authority, 'utf8'),
    tlsAuthority: readFileSync(paths.tlsAuthority, 'utf8'),
    nodeCertificate: readFileSync(paths.node.certificate, 'utf8'),
    nodeTlsCertificate: readFileSync(paths.node.tlsCertificate, 'utf8'),
  });
}

/** The names of files below the organization's folder, and what is in them. */
type Files = ReadonlyMap<string, string>;

function privateFiles(keys: OrganizationKeys): Files {
  const { organization, authority, tlsAuthority, node } = keys;
  const { domain } = organization;
  const paths = organizationPaths('', organization);
  const relative = (path: string): string => path.slice(paths.folder.length + 1);
  const member = (at: MemberPaths, { identity }: Member): [string, string][] => [
    ...mspFiles(relative(at.msp), keys),
    [relative(at.certificate), identity.certificate],
    [relative(at.privateKey), identity.privateKey],
  ];
  return new Map([
    [`ca/ca.${domain}-cert.pem`, authority.certificate],
    ['ca/priv_sk', authority.privateKey],
    [`tlsca/tlsca.${domain}-cert.pem`, tlsAuthority.certificate],
    ['tlsca/priv_sk', tlsAuthority.privateKey],
    ...mspFiles('msp', keys),
    ...member(paths.node, node),
    [relative(paths.node.tlsAuthority), tlsAuthority.certificate],
    [relative(paths.node.tlsCertificate), node.tls.certificate],
    [relative(paths.node.tlsPrivateKey), node.tls.privateKey],
    ...keys.users.flatMap((user) => member(memberPaths(`${paths.folder}/users/${user.name}`, user.name), user)),
  ]);
}

function mspFiles(msp: string, { organization, authority, tlsAuthority }: OrganizationKeys): [string, string][] {
  const certificate = `cacerts/ca.${organization.domain}-cert.pem`;
  return [
    [`${msp}/${certificate}`, authority.certificate],
    [`${msp}/tlscacerts/tlsca.${organization.domain}-cert.pem`, tlsAuthority.certificate],
    [`${msp}/config.yaml`, nodeOuConfiguration(certificate)],
  ];
}

function nodeOuConfiguration(certificate: string): string {
  const units = ['Client', 'Peer', 'Admin', 'Orderer'].map(
    (unit) =>
      `  ${unit}OUIdentifier:\n    Certificate: ${certificate}\n    OrganizationalUnitIdentifier: ${unit.toLowerCase()}\n`,
  );
  return `NodeOUs:\n  Enable: true\n${units.join('')}`;
}

/** Copies what is public, unless the copy is of these certificates already. */
function share(organization: Organization, privateTree: string, sharedTree: string): void {
  const source = organizationPaths(privateTree, organization);
  const target = organizationPaths(sharedTree, organization);
  const publicFiles = [
    source.authority,
    source.tlsAuthority,
    join(source.msp, 'config.yaml'),
    source.node.certificate,
    source.node.tlsCertificate,
  ];
  const files = new Map(
    publicFiles.map((path) => [path.slice(source.folder.length + 1), readFileSync(path, 'utf8')] as const),
  );
  const same = [...files].every(([name, text]) => hasText(join(target.folder, name), text));
  if (!same) appearAtOnce(target.folder, 0o755, files);
}

function hasText(path: string, text: string): boolean {
  return existsSync(path) && readFileSync(path, 'utf8') === text;
}

/** Writes beside the folder and renames: what a killed run left is thrown away. */
function appearAtOnce(folder: string, mode: number, files: Files): void {
  const unfinished = `${folder}.unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  for (const [name, text] of files) {
    const path = join(unfinished, name);
    mkdirSync(dirname(path), { recursive: true, mode });
    writeFileSync(path, text, { mode: text.includes('PRIVATE KEY') ? 0o600 : 0o644 });
  }
  rmSync(folder, { recursive: true, force: true });
  renameSync(unfinished, folder);
}

function memberPaths(folder: string, name: string): MemberPaths {
  const msp = join(folder, 'msp');
  return {
    msp,
    certificate: join(msp, 'signcerts', `${name}-cert.pem`),
    privateKey: join(msp, 'keystore', 'priv_sk'),
  };
}
