import type { Schemas } from '../ledger/schemas';

type Rule = Schemas['ProposalRule'];
type Result = NonNullable<Schemas['Proposal']['result']>;

const presets: Record<Rule['resolution'], Omit<Rule, 'resolution' | 'earlyClose'>> = {
  ordinary: { thresholdBp: 5000, of: 'cast', comparison: 'more', quorumBp: 5000 },
  special: { thresholdBp: 7500, of: 'cast', comparison: 'at-least', quorumBp: 5000 },
  unanimous: { thresholdBp: 10_000, of: 'eligible', comparison: 'at-least', quorumBp: 10_000 },
};

/** The rule that a proposal freezes: ordinary, special or unanimous resolution (domain.md, Governance). */
export const ruleOf = (resolution: Rule['resolution'], earlyClose: boolean): Rule => ({
  resolution,
  ...presets[resolution],
  earlyClose,
});

/**
 * What the votes amount to. Abstentions count for the quorum only; without a quorum the proposal lapses, which is not the same as not
 * being carried.
 */
export function outcome(rule: Rule, result: Omit<Result, 'uncast' | 'disputed'>): 'carried' | 'not-carried' | 'lapsed' {
  const cast = result.for + result.against;
  if ((cast + result.abstain) * 10_000 < rule.quorumBp * result.eligible) return 'lapsed';
  const base = rule.of === 'cast' ? cast : result.eligible;
  const share = result.for * 10_000;
  const needed = rule.thresholdBp * base;
  const reached = rule.comparison === 'more' ? share > needed : share >= needed && result.for > 0;
  return reached ? 'carried' : 'not-carried';
}
