import { actKey } from '../ledger/acts';
import type { BilateralContext } from '../ledger/context';
import { keyKind } from '../ledger/keys';
import { Refusal } from '../ledger/refusal';
import type { Schemas } from '../ledger/schemas';

export const passKey = keyKind('pass', 'bilateral', 'Pass', 1);

export type Pass = Schemas['Pass'];

/** @throws Refusal PASS_NOT_FOUND, PASS_MISMATCH when it is of another agreement, member or host than the request says */
export async function readPass(
  ctx: Pick<BilateralContext, 'records'>,
  request: Pick<Schemas['CheckIn'], 'passId' | 'agreementId' | 'pseudonym' | 'home' | 'host'>,
): Promise<Pass> {
  const pass = await ctx.records.get(passKey(request.passId));
  if (!pass || pass.state === 'cancelled') throw new Refusal('PASS_NOT_FOUND');
  const same =
    pass.agreementId === request.agreementId &&
    pass.pseudonym === request.pseudonym &&
    pass.home === request.home &&
    pass.host === request.host;
  if (!same) throw new Refusal('PASS_MISMATCH');
  return pass;
}

/** The home club withdraws an introduction alone; any endorser sees that it did, nobody why. */
export async function isRevoked(ctx: BilateralContext, pass: Pass): Promise<boolean> {
  const { mspId } = await ctx.club(pass.home);
  return ctx.own(mspId).has(actKey('revoke', pass.id));
}

/** @throws Refusal PASS_REVOKED */
export async function requireNotRevoked(ctx: BilateralContext, pass: Pass): Promise<void> {
  if (await isRevoked(ctx, pass)) throw new Refusal('PASS_REVOKED');
}
