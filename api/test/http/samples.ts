import type { Schemas } from '@reciprocal-clubs/openapi/types';

const instant = 1_790_000_000_000;
const hash = 'cd'.repeat(32);
const actor: Schemas['Actor'] = { ref: 'staff-1', role: 'manager' };

/** A record id that ends in a number. */
export const idOf = (n: number): string => n.toString(16).padStart(32, '0');

/** Bodies of the read model as the listener projects them. */
export const clubBody = (id: string): Schemas['ClubBody'] => ({
  id,
  status: 'active',
  statusFromMs: instant,
  legalName: `The ${id} Club`,
  mspId: `${id}MSP`,
  country: 'GB',
  zone: { name: 'Europe/London', offsets: [{ fromMs: 0, offsetMinutes: 0 }] },
  rollHour: 4,
  currency: 'GBP',
  directory: { facilities: ['library'], closures: [], keys: [], id, revision: 1, atMs: instant },
});

export const agreementBody = (id: string): Schemas['AgreementBody'] => ({
  id,
  parties: ['harbour', 'stjulians'],
  state: 'active',
  turn: null,
  activeVersion: 1,
  versions: [
    {
      n: 1,
      termsHash: hash,
      proposedBy: 'harbour',
      proposedAtMs: instant,
      acceptedBy: 'stjulians',
      acceptedAtMs: instant,
      effectiveFrom: '2026-11-01',
      honourIssuedPasses: true,
    },
  ],
  partner: 'stjulians',
  suspendedBy: [],
});

export const termsBody = (agreementId: string): Schemas['TermsBody'] => ({
  agreementId,
  parties: ['harbour', 'stjulians'],
  n: 1,
  terms: {
    directions: [
      { host: 'harbour', noticeDays: 30 },
      { host: 'stjulians', noticeDays: 30 },
    ],
  },
});

export const passBody = (id: string): Schemas['PassBody'] => ({
  id,
  agreementId: idOf(1),
  version: 1,
  home: 'harbour',
  host: 'stjulians',
  pseudonym: hash,
  category: 'full',
  from: '2026-11-01',
  to: '2026-11-30',
  party: { family: 0, guests: 1 },
  residentOk: true,
  exclusionTag: hash,
  issuedAtMs: instant,
  issuedBy: actor,
  state: 'revoked',
  partner: 'stjulians',
  direction: 'visiting',
  revocation: { code: 'standing', atMs: instant, actor },
});

export const visitBody = (id: string, businessDate = '2026-11-02'): Schemas['VisitBody'] => ({
  id,
  agreementId: idOf(1),
  version: 1,
  passId: idOf(2),
  home: 'stjulians',
  host: 'harbour',
  pseudonym: hash,
  businessDate,
  state: 'checked-in',
  late: false,
  flags: [],
  checkedInAtMs: instant,
  checkedInBy: actor,
  partner: 'stjulians',
  direction: 'hosting',
});

export const proposalBody = (id: string): Schemas['ProposalBody'] => ({
  id,
  type: 'set-policy',
  proposer: 'harbour',
  title: 'Later entries',
  textHash: hash,
  action: { type: 'set-policy', name: 'late-entry-hours', value: 96 },
  rule: { resolution: 'ordinary', thresholdBp: 5000, of: 'cast', comparison: 'more', quorumBp: 5000, earlyClose: true },
  roll: [{ club: 'harbour', weight: 1 }],
  circulatedAtMs: instant,
  opensAtMs: instant,
  closesAtMs: instant,
  delayMs: 0,
  windowMs: instant,
  state: 'circulated',
  statusChanges: [{ state: 'circulated', atMs: instant, by: 'harbour' }],
  ballots: [{ club: 'harbour', choice: 'for', atMs: instant }],
});

export const policyBody = (version: number): Schemas['PolicyBody'] => ({
  name: 'late-entry-hours',
  version,
  value: 72,
  effectiveAtMs: instant,
  proposal: version === 1 ? null : idOf(9),
});
