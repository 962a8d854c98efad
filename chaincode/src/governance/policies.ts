import { keyKind } from '../ledger/keys';
import { Refusal } from '../ledger/refusal';
import type { PolicyName } from '../ledger/registry';
import type { Schemas } from '../ledger/schemas';

export const policyKey = keyKind('policy', 'consortium', 'PolicyVersion', 2);

type Policies = Schemas['Policies'];
type PolicyVersion = Schemas['PolicyVersion'];

/** What each policy may be, and what it is at founding. Units stand in the name. */
const bounds: Record<PolicyName, { least: number; most: number; founding: number }> = {
  // Under Fabric's own bound of 15 minutes for a proposal's timestamp, or the contracts would never see the difference.
  'clock-bound-seconds': { least: 10, most: 840, founding: 300 },
  'late-entry-hours': { least: 0, most: 720, founding: 72 },
  'minimum-notice-days': { least: 0, most: 366, founding: 0 },
  'minimum-voting-hours': { least: 1, most: 8784, founding: 24 },
  'execution-delay-hours': { least: 0, most: 8784, founding: 0 },
  'execution-window-hours': { least: 1, most: 8784, founding: 720 },
};

/** One in force, the others waiting for their moment. */
const mostSettings = 20;

const names = Object.keys(bounds).sort() as PolicyName[];

export function foundingPolicies(nowMs: number): { policies: Policies; versions: PolicyVersion[] } {
  const first = (name: PolicyName) => [{ version: 1, value: bounds[name].founding, effectiveAtMs: nowMs }];
  return {
    policies: {
      v: 1,
      settings: {
        'clock-bound-seconds': first('clock-bound-seconds'),
        'late-entry-hours': first('late-entry-hours'),
        'minimum-notice-days': first('minimum-notice-days'),
        'minimum-voting-hours': first('minimum-voting-hours'),
        'execution-delay-hours': first('execution-delay-hours'),
        'execution-window-hours': first('execution-window-hours'),
      },
    },
    versions: names.map((name) => ({
      v: 1,
      name,
      version: 1,
      value: bounds[name].founding,
      effectiveAtMs: nowMs,
      proposal: null,
    })),
  };
}

/** @throws Refusal POLICY_VALUE_INVALID */
export function requirePolicyValue({ name, value }: Pick<Schemas['SetPolicy'], 'name' | 'value'>): void {
  const { least, most } = bounds[name];
  if (value < least || value > most) throw new Refusal('POLICY_VALUE_INVALID', { name, least, most });
}

/**
 * The policies with one more version. It takes effect at the moment it names, but never before it is enacted; an older version that
 * waited for a later moment gives way.
 */
export function withPolicy(policies: Policies, action: Schemas['SetPolicy'], nowMs: number, proposal: string) {
  const settings = policies.settings[action.name];
  const last = settings.at(-1);
  const version = (last?.version ?? 0) + 1;
  const effectiveAtMs = Math.max(action.effectiveAtMs ?? nowMs, nowMs);
  const earlier = settings.filter((setting) => setting.effectiveAtMs <= effectiveAtMs);
  const inForce = earlier.findLastIndex((setting) => setting.effectiveAtMs <= nowMs);
  const kept = earlier.slice(Math.max(inForce, 0));
  if (kept.length === mostSettings)
    throw new Refusal('POLICY_VALUE_INVALID', { name: action.name, waiting: mostSettings - 1 });
  const enacted: PolicyVersion = { v: 1, name: action.name, version, value: action.value, effectiveAtMs, proposal };
  const next: Policies = {
    v: 1,
    settings: { ...policies.settings, [action.name]: [...kept, { version, value: action.value, effectiveAtMs }] },
  };
  return { policies: next, enacted };
}
