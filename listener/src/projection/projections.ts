import { agreementProjection } from '../agreements/agreementProjection.js';
import { termsProjection } from '../agreements/termsProjection.js';
import { clubProjection } from '../clubs/clubProjection.js';
import { foundingProjection } from '../clubs/foundingProjection.js';
import { policyProjection } from '../governance/policyProjection.js';
import { proposalProjection } from '../governance/proposalProjection.js';
import { passProjection } from '../passes/passProjection.js';
import { visitProjection } from '../visits/visitProjection.js';
import type { Replayer } from './replay.js';

/** Who the clubs are: what every other record is read by. */
export const registryProjections: readonly Replayer[] = [foundingProjection, clubProjection];

export const recordProjections: readonly Replayer[] = [
  agreementProjection,
  termsProjection,
  passProjection,
  visitProjection,
  proposalProjection,
  policyProjection,
];

const part = /^[A-Za-z0-9_-]{1,80}$/;

/** The projection that a key belongs to; undefined for keys of which nothing is shown, and for such as no contract of ours makes. */
export function projectionOf(key: string, projections: readonly Replayer[]): Replayer | undefined {
  return projections.find(({ forms }) =>
    Object.entries(forms).some(([prefix, count]) => {
      if (count === 0 || !key.startsWith(`${prefix}/`)) return key === prefix && count === 0;
      const parts = key.slice(prefix.length + 1).split('/');
      return parts.length === count && parts.every((one) => part.test(one));
    }),
  );
}
