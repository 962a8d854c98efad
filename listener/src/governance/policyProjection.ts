import { policyKey } from '@reciprocal-clubs/chaincode/governance/policies.js';
import type { Schemas } from '@reciprocal-clubs/openapi/types';
import { partsOf } from '../projection/projection.js';
import { replayer } from '../projection/replay.js';
import { nextPublic, type PublicValue } from '../projection/publicRecord.js';

type State = PublicValue<'PolicyVersion'> | undefined;

/** One version of a policy; `governance.executed` tells of it. */
export const policyProjection = replayer<State>({
  kind: 'policy',
  mainKey: (touched) => touched,
  forms: { [policyKey.prefix]: 2 },
  id: (touched) => partsOf(touched).join('/'),
  keys: (touched) => [touched],
  start: undefined,
  next: (state, step) => {
    const key = step.versions[0]?.key ?? '';
    const isOfKey = ({ name, version }: Schemas['PolicyVersion']) => key === policyKey(name, String(version)).text;
    return nextPublic(state, step, key, 'PolicyVersion', isOfKey);
  },
  show: (state) => {
    if (!state) return undefined;
    const { v: _, ...record } = state.record;
    const body: Schemas['PolicyBody'] = record;
    return { body, tags: { name: record.name }, hash: state.hash };
  },
});
