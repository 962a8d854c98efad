import { kindOf } from '@reciprocal-clubs/chaincode/ledger/keys.js';
import type { Quarantined } from '../blocks/blockContents.js';
import { expectedPolicy, type KeyInQuestion, type PolicyScene } from './expectedPolicy.js';
import { isSamePolicy } from './meaning.js';

/** What one transaction did to a key that is known. */
export interface KeyTreated extends KeyInQuestion {
  readonly block: number;
  readonly index: number;
  /** There was no value before, and there is one after. */
  readonly isCreated: boolean;
  /** as it says, one after the other; undefined: none from now on */
  readonly policies: readonly (Buffer | undefined)[];
}

/**
 * Which transactions gave a key another policy than its contract gives it, or created one without. What they wrote beside that stands:
 * it was endorsed as it had to be, so the record is shown. But from then on the key may be changed by others than those whose record it
 * is: somebody has to look.
 */
export function policyFaults(treated: readonly KeyTreated[], scene: PolicyScene): Quarantined[] {
  const faults = new Map<string, Quarantined>();
  for (const key of treated) {
    const reason = faultOf(key, scene);
    if (reason !== undefined) faults.set(`${key.block}/${key.index}/${reason}`, { ...placeOf(key), reason });
  }
  return [...faults.values()];
}

function faultOf(treated: KeyTreated, scene: PolicyScene): string | undefined {
  const expected = expectedPolicy(treated, scene);
  if (expected === 'unknown') return undefined;
  const { key, isCreated, policies } = treated;
  const what = kindOf(key)?.prefix ?? 'no known kind';
  if (expected === 'none')
    return policies.some((policy) => policy !== undefined) ? `POLICY: a key of ${what} was given a policy` : undefined;
  if (isCreated && policies.length === 0) return `POLICY: a key of ${what} was created without its policy`;
  return policies.every((policy) => policy !== undefined && isSamePolicy(policy, expected))
    ? undefined
    : `POLICY: a key of ${what} was given another policy than its own`;
}

const placeOf = ({ block, index }: KeyTreated): Pick<Quarantined, 'block' | 'index'> => ({ block, index });
