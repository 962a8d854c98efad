import { actKey } from '../ledger/acts';
import type { BilateralContext } from '../ledger/context';
import { keyKind } from '../ledger/keys';
import type { BilateralStore } from '../ledger/bilateralStore';
import { Refusal } from '../ledger/refusal';
import type { Schemas } from '../ledger/schemas';

/** The one guessable private key: others can learn that two clubs have an agreement, and nothing of it. */
export const pairKey = keyKind('pair', 'bilateral', 'Pair', 2);
export const agreementKey = keyKind('agreement', 'bilateral', 'Agreement', 1);
export const termsKey = keyKind('terms', 'bilateral', 'TermsVersion', 2);

export type Agreement = Schemas['Agreement'];
export type AgreementVersion = Schemas['AgreementVersion'];

const liveStates: readonly Agreement['state'][] = ['proposed', 'countered', 'active', 'suspended'];

export const isLive = (agreement: Agreement): boolean => liveStates.includes(agreement.state);

/** @throws Refusal AGREEMENT_NOT_FOUND, also when the agreement is of two other clubs */
export async function readAgreement(
  records: Pick<BilateralStore, 'get'>,
  id: string,
  parties: readonly string[],
): Promise<Agreement> {
  const agreement = await records.get(agreementKey(id));
  if (!agreement || !agreement.parties.every((club) => parties.includes(club)))
    throw new Refusal('AGREEMENT_NOT_FOUND');
  return agreement;
}

/** The version on the table: the newest that was proposed and is not accepted yet. @throws Refusal AGREEMENT_NOT_OPEN */
export function openVersion(agreement: Agreement): AgreementVersion {
  const version = agreement.versions.at(-1);
  if (!version || agreement.turn === null || version.acceptedAtMs !== undefined)
    throw new Refusal('AGREEMENT_NOT_OPEN', { state: agreement.state });
  return version;
}

/**
 * The version of the terms that judges a date: the newest accepted one that is effective by then. A pass issued under an older version
 * stays under it, unless a version since then does not honour issued passes.
 *
 * @throws Refusal AGREEMENT_NOT_ACTIVE
 */
export function judgingVersion(agreement: Agreement, date: string, passVersion?: number): AgreementVersion {
  const accepted = agreement.versions.filter(
    ({ acceptedAtMs, effectiveFrom }) => acceptedAtMs !== undefined && effectiveFrom <= date,
  );
  const version = accepted.at(-1);
  if (agreement.state !== 'active' || !version) throw new Refusal('AGREEMENT_NOT_ACTIVE', { state: agreement.state });
  if (passVersion === undefined) return version;
  const binding = accepted.findLast(({ honourIssuedPasses }) => !honourIssuedPasses)?.n ?? 0;
  return accepted.find(({ n }) => n === Math.max(passVersion, binding)) ?? version;
}

/** Either party suspends the agreement alone; endorsers see that it did. */
export async function isSuspended(ctx: BilateralContext, agreement: Agreement): Promise<boolean> {
  let suspended = false;
  for (const id of agreement.parties) {
    const { mspId } = await ctx.club(id);
    suspended = (await ctx.own(mspId).has(actKey('suspend', agreement.id))) || suspended;
  }
  return suspended;
}
