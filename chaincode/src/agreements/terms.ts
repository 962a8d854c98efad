import { canonicalJson } from '../ledger/canonicalJson';
import type { BilateralStore } from '../ledger/bilateralStore';
import { sha256Hex } from '../ledger/hash';
import { Refusal } from '../ledger/refusal';
import type { Schemas } from '../ledger/schemas';
import { isDate } from '../clubs/calendar';
import { termsKey, type Agreement, type AgreementVersion } from './agreement';

export type Terms = Schemas['Terms'];
export type DirectionTerms = Schemas['DirectionTerms'];

/** What both parties accept: SHA-256 of the terms' canonical bytes, hex. */
export const hashOfTerms = (terms: Terms): string => sha256Hex(canonicalJson(terms));

/** @throws Refusal AGREEMENT_NOT_ACTIVE when the agreement has no rules for visits to this host */
export async function readDirection(
  records: Pick<BilateralStore, 'get'>,
  agreement: Agreement,
  version: AgreementVersion,
  host: string,
): Promise<DirectionTerms> {
  const stored = await records.get(termsKey(agreement.id, String(version.n)));
  const direction = stored?.terms.directions.find((terms) => terms.host === host);
  if (!direction) throw new Refusal('AGREEMENT_NOT_ACTIVE', { state: agreement.state });
  return direction;
}

interface Fault {
  pointer: string;
  reason: string;
}

/**
 * Refuses terms that the contracts could not hold to.
 *
 * @throws Refusal TERMS_CONTRADICT, TERMS_UNSUPPORTED, each with all faults by JSON pointer
 */
export function requireTerms(terms: Terms, parties: readonly string[], minimumNoticeDays: number): void {
  const hosts = terms.directions.map(({ host }) => host);
  const contradictions = terms.directions.flatMap((direction, i) =>
    contradictionsOf(direction, `/directions/${i}`, minimumNoticeDays),
  );
  if (new Set(hosts).size !== 2 || !hosts.every((host) => parties.includes(host))) {
    contradictions.push({ pointer: '/directions', reason: 'one direction for each of the two parties' });
  }
  if (contradictions.length > 0) throw new Refusal('TERMS_CONTRADICT', { faults: contradictions });
  const unsupported = terms.directions.flatMap((direction, i) => unsupportedIn(direction, `/directions/${i}`));
  if (unsupported.length > 0) throw new Refusal('TERMS_UNSUPPORTED', { faults: unsupported });
}

function contradictionsOf(direction: DirectionTerms, at: string, minimumNoticeDays: number): Fault[] {
  const faults: Fault[] = [];
  if (direction.noticeDays < minimumNoticeDays)
    faults.push({ pointer: `${at}/noticeDays`, reason: `the policy asks for ${minimumNoticeDays}` });
  for (const [i, { from, to }] of (direction.blackouts ?? []).entries()) {
    if (!isDate(from) || !isDate(to) || to < from)
      faults.push({ pointer: `${at}/blackouts/${i}`, reason: 'not a period' });
  }
  return faults;
}

/** Rules that a contract would have to judge, and none does: agreeing on them would promise what nobody keeps. The rest informs the desk. */
function unsupportedIn(direction: DirectionTerms, at: string): Fault[] {
  const faults: Fault[] = [];
  for (const field of ['hours', 'dailyCapacity', 'settlement'] as const) {
    if (direction[field] !== undefined) faults.push({ pointer: `${at}/${field}`, reason: 'not enforced' });
  }
  if (direction.payment?.kind === 'home-account') faults.push({ pointer: `${at}/payment`, reason: 'not enforced' });
  for (const [i, { unit, window }] of (direction.limits ?? []).entries()) {
    if (!countsDays(unit) || window.kind === 'stay')
      faults.push({ pointer: `${at}/limits/${i}`, reason: 'not enforced' });
  }
  if (direction.maxConsecutive && !countsDays(direction.maxConsecutive.unit)) {
    faults.push({ pointer: `${at}/maxConsecutive`, reason: 'not enforced' });
  }
  return faults;
}

/** A visit is one admission on a business date: counting visits is counting days. */
const countsDays = (unit: Schemas['Unit']): boolean => unit === 'day' || unit === 'visit';
