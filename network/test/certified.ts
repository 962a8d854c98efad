import { createPrivateKey, type KeyObject } from 'node:crypto';
import {
  issueOrganization,
  organizationsOf,
  publicPart,
  type Member,
  type OrganizationKeys,
} from '../src/certificates/organization.js';
import type { Credentials } from '../src/certificates/authority.js';
import type { Consortium } from '../src/consortium.js';
import { Msps, serializeIdentity, type Identity } from '../src/identity/msp.js';

/** Someone who can sign: what a process of a club has in hand. */
export interface Signer {
  readonly serialized: Buffer;
  readonly key: KeyObject;
}

export function signer(mspId: string, { certificate, privateKey }: Credentials): Signer {
  return { serialized: serializeIdentity(mspId, certificate), key: createPrivateKey(privateKey) };
}

/** A consortium whose members have certificates, and its MSPs. */
export class Certified {
  readonly organizations: readonly OrganizationKeys[];
  readonly msps: Msps;

  private constructor(organizations: readonly OrganizationKeys[], now: Date) {
    this.organizations = organizations;
    this.msps = new Msps(
      organizations.map((keys) => publicPart(keys).msp),
      () => now.getTime(),
    );
  }

  static async create(consortium: Consortium, now = new Date('2026-06-01T12:00:00Z')): Promise<Certified> {
    const organizations = await Promise.all(organizationsOf(consortium).map((one) => issueOrganization(one, now)));
    return new Certified(organizations, now);
  }

  /** By MSP id and the beginning of the member's name: `peer0`, `orderer`, `Admin`, `Client`, `Delegate`. */
  signer(mspId: string, name: string): Signer {
    const keys = this.organizations.find(({ organization }) => organization.mspId === mspId);
    const members: readonly Member[] = keys ? [keys.node, ...keys.users] : [];
    const member = members.find((one) => one.name.startsWith(name));
    if (!member) throw new Error(`no ${name} in ${mspId}`);
    return signer(mspId, member.identity);
  }

  identity(mspId: string, name: string): Identity {
    return this.msps.identity(this.signer(mspId, name).serialized);
  }
}
